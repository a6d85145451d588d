#include "term/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <limits>

namespace ddll::term {

namespace {

/// A stream of zlib's, given back with it.
struct Stream {
    z_stream z{};
    const bool ready = inflateInit(&z) == Z_OK;
    Stream() = default;
    Stream(const Stream&) = delete;
    ~Stream() {
        if (ready) inflateEnd(&z);
    }
};

} // namespace

std::optional<Inflated> inflate(std::string_view zlib_stream, std::size_t at_most) {
    constexpr std::size_t piece = 64 * 1024;
    if (zlib_stream.size() > std::numeric_limits<uInt>::max()) return std::nullopt;
    Stream stream;
    if (!stream.ready) return std::nullopt;
    stream.z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zlib_stream.data())); // it only reads
    stream.z.avail_in = static_cast<uInt>(zlib_stream.size());
    Inflated out{{}, 0};
    // Piece by piece: the size that is promised is no reason to ask for so much memory. One byte more than is
    // allowed tells what has too many from what has just as many.
    for (int result = Z_OK; result == Z_OK;) {
        const std::size_t before = out.bytes.size(), room = std::min(piece, at_most - before + 1);
        out.bytes.resize(before + room);
        stream.z.next_out = reinterpret_cast<Bytef*>(out.bytes.data() + before);
        stream.z.avail_out = static_cast<uInt>(room);
        result = ::inflate(&stream.z, Z_NO_FLUSH);
        out.bytes.resize(before + room - stream.z.avail_out);
        if (out.bytes.size() > at_most || (result != Z_OK && result != Z_STREAM_END)) return std::nullopt;
    }
    out.used = zlib_stream.size() - stream.z.avail_in;
    return out;
}

} // namespace ddll::term
