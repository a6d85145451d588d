#include "term/segments.h"

#include "base/text.h"
#include "term/number.h"

#include <bit>
#include <cmath>

namespace ddll::term {
namespace {

using Kind = Term::Kind;
using Segment = Expr::Segment;

// Little-endian numbers have their whole low bytes first; a part of a byte that is left over comes last.
// Both directions work on right-aligned bytes, most significant first.
std::string to_little(const std::string& big, std::size_t bits) {
    if (bits % 8 == 0) return {big.rbegin(), big.rend()};
    BitWriter writer;
    for (std::size_t i = big.size(); i-- > 1;) writer.append(std::string_view(&big[i], 1), 8);
    writer.append(std::string_view(big.data(), 1), bits % 8);
    const Term packed = writer.take();
    return BitReader(packed).take(bits);
}

std::string from_little(BitReader& reader, std::size_t bits) {
    std::string out;
    for (std::size_t i = 0; i < bits / 8; ++i) out.insert(out.begin(), reader.take(8)[0]);
    if (bits % 8 != 0) out.insert(out.begin(), reader.take(bits % 8)[0]);
    return out;
}

bool append_float(BitWriter& out, const Segment& s, const Term& value) {
    std::optional<double> d;
    if (value.is(Kind::floating)) d = value.as_float();
    if (value.is_integer()) d = integer_to_double(value);
    if (!d) return false;
    const std::int64_t size = s.size < 0 ? 64 : s.size;
    std::uint64_t image = 0;
    if (size == 32) {
        const auto narrow = static_cast<float>(*d);
        if (!std::isfinite(narrow)) return false;
        image = std::bit_cast<std::uint32_t>(narrow);
    } else if (size == 64) {
        image = std::bit_cast<std::uint64_t>(*d);
    } else {
        return false;
    }
    const auto bits = static_cast<std::size_t>(size);
    const std::string bytes = low_bits(Term::unsigned_integer(image), bits);
    out.append(s.little ? to_little(bytes, bits) : bytes, bits);
    return true;
}

bool append_part(BitWriter& out, const Segment& s, const Term& value) {
    switch (s.type) {
    case Segment::Type::integer: {
        if (!value.is_integer()) return false;
        const auto bits = static_cast<std::size_t>(s.size < 0 ? 8 : s.size);
        const std::string bytes = low_bits(value, bits);
        out.append(s.little ? to_little(bytes, bits) : bytes, bits);
        return true;
    }
    case Segment::Type::floating:
        return append_float(out, s, value);
    case Segment::Type::utf8: {
        std::string bytes;
        if (!value.is(Kind::integer) || value.as_integer() < 0 || value.as_integer() > 0x10FFFF ||
            !append_utf8(bytes, static_cast<char32_t>(value.as_integer())))
            return false;
        out.append(bytes, bytes.size() * 8);
        return true;
    }
    case Segment::Type::binary:
    case Segment::Type::bitstring: {
        if (!value.is(Kind::bits)) return false;
        BitReader reader(value);
        if (s.size < 0) {
            if (s.type == Segment::Type::binary && !value.is_binary()) return false;
            out.append(value.as_bits());
            return true;
        }
        const auto bits = static_cast<std::size_t>(s.size) * (s.type == Segment::Type::binary ? 8 : 1);
        if (bits > reader.left()) return false;
        const Term part = reader.take_bits(bits);
        out.append(part.as_bits());
        return true;
    }
    }
    return false;
}

} // namespace

void BitWriter::append(std::string_view bytes, std::size_t bits) {
    std::size_t left = bits;
    for (const char c : bytes) {
        const std::size_t here = left % 8 == 0 ? 8 : left % 8;
        const unsigned byte = static_cast<unsigned char>(c) & ((1U << here) - 1);
        const std::size_t used = size_ % 8;
        const unsigned window = byte << (16 - here - used);
        if (used == 0) bytes_ += '\0';
        bytes_.back() = static_cast<char>(static_cast<unsigned char>(bytes_.back()) | (window >> 8));
        if (used + here > 8) bytes_ += static_cast<char>(window & 0xFF);
        size_ += here;
        left -= here;
    }
}

void BitWriter::append(const Bits& bits) {
    if (bits.size == 0) return;
    const std::size_t whole = bits.bits == 8 ? bits.size : bits.size - 1;
    if (size_ % 8 == 0) {
        bytes_ += bits.bytes().substr(0, whole);
        size_ += whole * 8;
    } else {
        append(bits.bytes().substr(0, whole), whole * 8);
    }
    if (bits.bits < 8) {
        const char last = static_cast<char>(bits.data[whole] >> (8 - bits.bits));
        append(std::string_view(&last, 1), bits.bits);
    }
}

Term BitWriter::take() const {
    return Term::binary(bytes_, size_ % 8 == 0 ? 8 : static_cast<std::uint8_t>(size_ % 8));
}

std::string BitReader::take(std::size_t count) {
    std::string out((count + 7) / 8, '\0');
    std::size_t left = count;
    for (char& c : out) {
        const std::size_t here = left % 8 == 0 ? 8 : left % 8;
        const std::size_t byte = at_ / 8, skip = at_ % 8;
        unsigned window = static_cast<unsigned>(bits_.data[byte]) << 8;
        if (skip + here > 8) window |= bits_.data[byte + 1];
        c = static_cast<char>((window >> (16 - skip - here)) & ((1U << here) - 1));
        at_ += here;
        left -= here;
    }
    left_ -= count;
    return out;
}

Term BitReader::take_bits(std::size_t count) {
    if (at_ % 8 == 0) {
        const std::uint8_t* const from = bits_.data + at_ / 8;
        at_ += count;
        left_ -= count;
        if (count == 0) return Term::binary({});
        return Term::part(whole_, from, (count + 7) / 8, static_cast<std::uint8_t>(count % 8 == 0 ? 8 : count % 8));
    }
    BitWriter out;
    for (; count >= 8; count -= 8) out.append(take(8), 8);
    if (count > 0) out.append(take(count), count);
    return out.take();
}

Evaluated build_bits(std::span<const Segment> segments, std::span<const Term> values) {
    BitWriter out;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const Segment& s = segments[i];
        if (s.size > static_cast<std::int64_t>(max_bits)) return Evaluated::raise("system_limit");
        if (values[i].is_list()) {
            for (const Term& c : values[i].items()) {
                if (!append_part(out, s, c)) return Evaluated::raise("badarg");
                if (out.size() > max_bits) return Evaluated::raise("system_limit");
            }
        } else if (!append_part(out, s, values[i])) {
            return Evaluated::raise("badarg");
        }
        if (out.size() > max_bits) return Evaluated::raise("system_limit");
    }
    return Evaluated::of(out.take());
}

std::optional<Term> take_segment(BitReader& reader, const Segment& s, bool last) {
    switch (s.type) {
    case Segment::Type::integer: {
        const auto bits = static_cast<std::size_t>(s.size < 0 ? 8 : s.size);
        if (bits > reader.left()) return std::nullopt;
        return integer_from_bits(s.little ? from_little(reader, bits) : reader.take(bits), bits, s.is_signed);
    }
    case Segment::Type::floating: {
        const std::int64_t size = s.size < 0 ? 64 : s.size;
        if ((size != 32 && size != 64) || static_cast<std::size_t>(size) > reader.left()) return std::nullopt;
        const auto bits = static_cast<std::size_t>(size);
        const std::string bytes = s.little ? from_little(reader, bits) : reader.take(bits);
        std::uint64_t image = 0;
        for (const char c : bytes) image = image << 8 | static_cast<unsigned char>(c);
        const double d =
            size == 32 ? std::bit_cast<float>(static_cast<std::uint32_t>(image)) : std::bit_cast<double>(image);
        if (!std::isfinite(d)) return std::nullopt;
        return Term::floating(d);
    }
    case Segment::Type::utf8: {
        // As many bytes as the first one says, at most four.
        BitReader ahead = reader;
        std::string bytes;
        while (bytes.size() < 4 && ahead.left() >= 8) {
            bytes += ahead.take(8);
            std::string_view rest = bytes;
            if (const auto c = take_utf8(rest)) {
                reader.take(bytes.size() * 8);
                return Term::integer(*c);
            }
        }
        return std::nullopt;
    }
    case Segment::Type::binary:
    case Segment::Type::bitstring: {
        const std::size_t unit = s.type == Segment::Type::binary ? 8 : 1;
        if (s.size < 0) {
            if (!last || reader.left() % unit != 0) return std::nullopt;
            return reader.take_bits(reader.left());
        }
        if (static_cast<std::uint64_t>(s.size) > reader.left() / unit) return std::nullopt;
        return reader.take_bits(static_cast<std::size_t>(s.size) * unit);
    }
    }
    return std::nullopt;
}

} // namespace ddll::term
