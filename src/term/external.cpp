#include "term/external.h"

#include "base/check.h"
#include "base/text.h"
#include "term/external_identity.h"
#include "term/number.h"
#include "term/stack.h"

#include <ei.h>

#include <algorithm>

namespace ddll::term {
namespace {

using Kind = Term::Kind;

// The node of every pid, port and reference of the host, as it is encoded: an atom of 13 characters.
constexpr std::string_view local_node = "nonode@nohost";
constexpr std::uint64_t creation = 0;
constexpr char encoded_local_node[] = "d\0\x0dnonode@nohost";
static_assert(encoded_local_node[0] == ERL_ATOM_EXT && encoded_local_node[2] == local_node.size());
constexpr char utf8_local_node[] = "w\x0dnonode@nohost";
static_assert(utf8_local_node[0] == ERL_SMALL_ATOM_UTF8_EXT && utf8_local_node[1] == local_node.size());

// ei is used where it writes what the emulator writes. It does not for integers between 28 and 32 bits, for atoms
// (and so for node names) and for bitstrings that share memory, which are written here.
class Encoder {
public:
    Encoder(std::string& out, words::AtomTag atoms)
        : out_(out), in_utf8_(atoms == words::AtomTag::small_atom_utf8_ext),
          node_(in_utf8_ ? std::string_view(utf8_local_node, sizeof utf8_local_node - 1)
                         : std::string_view(encoded_local_node, sizeof encoded_local_node - 1)) {}

    void term(const Term& first) {
        SmallStack<Open> open;
        const auto begin = [&](const Term& t) {
            if (header(t)) open.push({&t, 0});
        };
        begin(first);
        while (!open.empty()) {
            const Term& t = *open.top().term;
            const std::size_t i = open.top().next++;
            if (i == parts(t))
                open.pop();
            else
                begin(part(t, i));
        }
    }

private:
    // Whatever stands before the parts; false when there are none to follow.
    bool header(const Term& t) {
        switch (t.kind()) {
        case Kind::integer:
            integer(t.as_integer());
            return false;
        case Kind::big:
            big(t.as_big());
            return false;
        case Kind::floating:
            through_ei(9, [&](char* to, int* at) { return ei_encode_double(to, at, t.as_float()); });
            return false;
        case Kind::atom:
            atom(t.as_atom());
            return false;
        case Kind::reference:
        case Kind::port:
        case Kind::pid:
            identity(t);
            return false;
        case Kind::fun:
            put(grow(t.as_fun().size()), t.as_fun());
            return false;
        case Kind::nil:
            tag(ERL_NIL_EXT);
            return false;
        case Kind::bits:
            bits(t.as_bits());
            return false;
        case Kind::tuple:
            if (t.elements().size() <= 255) {
                number_after<1>(ERL_SMALL_TUPLE_EXT, t.elements().size());
                return true;
            }
            through_ei(5,
                       [&](char* to, int* at) { return ei_encode_tuple_header(to, at, arity(t.elements().size())); });
            return true;
        case Kind::map:
            through_ei(5, [&](char* to, int* at) { return ei_encode_map_header(to, at, arity(t.pairs().size())); });
            return true;
        case Kind::list:
            return list(t);
        }
        return false;
    }

    static int arity(std::size_t size) {
        DDLL_CHECK(size <= INT32_MAX);
        return static_cast<int>(size);
    }

    template <class Encode>
    void through_ei(std::size_t at_most, Encode encode) {
        char* const at = grow(at_most);
        int written = 0;
        DDLL_CHECK(encode(at, &written) == 0);
        out_.resize(out_.size() - at_most + static_cast<std::size_t>(written));
    }

    // Room for `size` more bytes: a part of a term is written at once.
    char* grow(std::size_t size) {
        const std::size_t start = out_.size();
        out_.resize(start + size);
        return out_.data() + start;
    }

    // Big-endian, as all numbers of the format; gives where the next byte goes.
    template <std::size_t bytes>
    static char* put(char* at, std::uint64_t n) {
        for (std::size_t i = 0; i < bytes; ++i) *at++ = static_cast<char>(n >> (bytes - 1 - i) * 8 & 0xFF);
        return at;
    }
    static char* put(char* at, std::string_view bytes) { return std::copy(bytes.begin(), bytes.end(), at); }

    void tag(int tag) { put<1>(grow(1), static_cast<std::uint64_t>(tag)); }

    template <std::size_t bytes>
    char* number_after(int tag, std::uint64_t n, std::size_t room_behind = 0) {
        return put<bytes>(put<1>(grow(1 + bytes + room_behind), static_cast<std::uint64_t>(tag)), n);
    }

    void integer(std::int64_t n) {
        if (n >= 0 && n <= 255)
            number_after<1>(ERL_SMALL_INTEGER_EXT, static_cast<std::uint64_t>(n));
        else if (n >= INT32_MIN && n <= INT32_MAX)
            number_after<4>(ERL_INTEGER_EXT, static_cast<std::uint64_t>(n));
        else
            through_ei(11, [n](char* to, int* at) { return ei_encode_longlong(to, at, n); });
    }

    void big(const BigInt& b) {
        const std::size_t size = b.magnitude.size();
        DDLL_CHECK(size <= UINT32_MAX);
        char* at = size <= 255 ? number_after<1>(ERL_SMALL_BIG_EXT, size, 1 + size)
                               : number_after<4>(ERL_LARGE_BIG_EXT, size, 1 + size);
        at = put<1>(at, b.negative ? 1 : 0);
        put(at, {reinterpret_cast<const char*>(b.magnitude.data()), size});
    }

    void atom(std::string_view utf8) {
        if (in_utf8_) return utf8_atom(utf8);
        const auto ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
        if (std::ranges::all_of(utf8, ascii)) return latin1_atom(utf8);
        std::string latin1;
        std::string_view rest = utf8;
        while (auto c = take_utf8(rest)) {
            if (*c > 255) return utf8_atom(utf8);
            latin1 += static_cast<char>(*c);
        }
        latin1_atom(latin1);
    }

    void latin1_atom(std::string_view latin1) {
        put(number_after<2>(ERL_ATOM_EXT, latin1.size(), latin1.size()), latin1);
    }

    void utf8_atom(std::string_view utf8) {
        put(utf8.size() <= 255 ? number_after<1>(ERL_SMALL_ATOM_UTF8_EXT, utf8.size(), utf8.size())
                               : number_after<2>(ERL_ATOM_UTF8_EXT, utf8.size(), utf8.size()),
            utf8);
    }

    void identity(const Term& t) {
        const Identity id = t.identity();
        if (!id.foreign.empty()) {
            put(grow(id.foreign.size()), id.foreign);
        } else if (t.is(Kind::pid)) {
            char* at = put(start_identity(ERL_NEW_PID_EXT, 8), node_);
            at = put<4>(put<4>(at, id.number & pid_mask), id.number >> pid_bits);
            put<4>(at, creation);
        } else if (t.is(Kind::port)) {
            const bool small = id.number < 1U << 28;
            char* at = put(start_identity(small ? ERL_NEW_PORT_EXT : ERL_V4_PORT_EXT, small ? 4 : 8), node_);
            put<4>(small ? put<4>(at, id.number) : put<8>(at, id.number), creation);
        } else {
            char* at = put<2>(start_identity(ERL_NEWER_REFERENCE_EXT, 2 + 3 * 4), 3);
            at = put<4>(put(at, node_), creation);
            for (const std::uint32_t word : reference_words(id.number)) at = put<4>(at, word);
        }
    }

    // Room for the node, its creation and `more`.
    char* start_identity(int tag, std::size_t more) {
        return put<1>(grow(1 + node_.size() + 4 + more), static_cast<std::uint64_t>(tag));
    }

    void bits(const Bits& b) {
        DDLL_CHECK(b.size <= INT32_MAX);
        if (b.bits == 8) {
            put(number_after<4>(ERL_BINARY_EXT, b.size, b.size), b.bytes());
            return;
        }
        put(put<1>(number_after<4>(ERL_BIT_BINARY_EXT, b.size, 1 + b.size), b.bits), b.bytes());
        // The unused bits belong to nobody; the emulator sends zeros.
        out_.back() = static_cast<char>(static_cast<unsigned char>(out_.back()) & (0xFF00U >> b.bits));
    }

    bool list(const Term& t) {
        const auto& items = t.items();
        const bool string =
            items.size() <= UINT16_MAX && t.tail().is(Kind::nil) && std::ranges::all_of(items, [](const Term& item) {
                return item.is(Kind::integer) && item.as_integer() >= 0 && item.as_integer() <= 255;
            });
        if (!string) {
            through_ei(5, [&items](char* to, int* at) { return ei_encode_list_header(to, at, arity(items.size())); });
            return true;
        }
        char* at = number_after<2>(ERL_STRING_EXT, items.size(), items.size());
        for (const Term& item : items) at = put<1>(at, static_cast<std::uint64_t>(item.as_integer()));
        return false;
    }

    std::string& out_;
    const bool in_utf8_;
    const std::string_view node_; ///< encoded
};

} // namespace

void encode_to(const Term& term, std::string& out, words::AtomTag atoms) {
    out += static_cast<char>(version_byte);
    Encoder(out, atoms).term(term);
}

std::string encode(const Term& term, words::AtomTag atoms) {
    std::string out;
    encode_to(term, out, atoms);
    return out;
}

} // namespace ddll::term
