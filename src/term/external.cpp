#include "term/external.h"

#include "base/check.h"
#include "base/text.h"
#include "term/external_identity.h"
#include "term/number.h"
#include "term/stack.h"

#include <ei.h>

#include <algorithm>
#include <cstring>

namespace ddll::term {
namespace {

using Kind = Term::Kind;

// The node of every pid, port and reference of the host, as it is encoded: an atom of 13 characters.
constexpr std::string_view local_node = "nonode@nohost";
constexpr char encoded_local_node[] = "d\0\x0dnonode@nohost";
static_assert(encoded_local_node[0] == ERL_ATOM_EXT && encoded_local_node[2] == local_node.size());

// ei is used where it writes what the emulator writes. It does not for integers between 28 and 32 bits, for atoms
// (and so for node names) and for bitstrings that share memory, which are written here.
class Encoder {
public:
    explicit Encoder(std::string& out) : out_(out) {}

    void term(const Term& first) {
        struct Open {
            const Term* term;
            std::size_t next;
        };
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
    static std::size_t parts(const Term& t) {
        if (t.is(Kind::tuple)) return t.elements().size();
        if (t.is(Kind::map)) return 2 * t.pairs().size();
        return t.items().size() + 1;
    }

    static const Term& part(const Term& t, std::size_t i) {
        if (t.is(Kind::tuple)) return t.elements()[i];
        if (t.is(Kind::map)) return i % 2 == 0 ? t.pairs()[i / 2].first : t.pairs()[i / 2].second;
        return i < t.items().size() ? t.items()[i] : t.tail();
    }

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
        case Kind::nil:
            out_ += static_cast<char>(ERL_NIL_EXT);
            return false;
        case Kind::bits:
            bits(t.as_bits());
            return false;
        case Kind::tuple:
            if (t.elements().size() <= 255) {
                number_after(ERL_SMALL_TUPLE_EXT, t.elements().size(), 1);
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
        const std::size_t start = out_.size();
        out_.resize(start + at_most);
        int written = 0;
        DDLL_CHECK(encode(out_.data() + start, &written) == 0);
        out_.resize(start + static_cast<std::size_t>(written));
    }

    void number(std::uint64_t n, int bytes) {
        char big_endian[8];
        for (int i = 0; i < bytes; ++i) big_endian[i] = static_cast<char>(n >> (bytes - 1 - i) * 8 & 0xFF);
        out_.append(big_endian, static_cast<std::size_t>(bytes));
    }

    void number_after(int tag, std::uint64_t n, int bytes) {
        out_ += static_cast<char>(tag);
        number(n, bytes);
    }

    void node() { out_.append(encoded_local_node, sizeof encoded_local_node - 1); }

    void integer(std::int64_t n) {
        if (n >= 0 && n <= 255) {
            out_ += static_cast<char>(ERL_SMALL_INTEGER_EXT);
            number(static_cast<std::uint64_t>(n), 1);
        } else if (n >= INT32_MIN && n <= INT32_MAX) {
            out_ += static_cast<char>(ERL_INTEGER_EXT);
            number(static_cast<std::uint64_t>(n), 4);
        } else {
            through_ei(11, [n](char* to, int* at) { return ei_encode_longlong(to, at, n); });
        }
    }

    void big(const BigInt& b) {
        const std::size_t size = b.magnitude.size();
        DDLL_CHECK(size <= UINT32_MAX);
        out_ += static_cast<char>(size <= 255 ? ERL_SMALL_BIG_EXT : ERL_LARGE_BIG_EXT);
        number(size, size <= 255 ? 1 : 4);
        out_ += static_cast<char>(b.negative ? 1 : 0);
        out_.append(reinterpret_cast<const char*>(b.magnitude.data()), size);
    }

    void atom(std::string_view utf8) {
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
        number_after(ERL_ATOM_EXT, latin1.size(), 2);
        out_ += latin1;
    }

    void utf8_atom(std::string_view utf8) {
        out_ += static_cast<char>(utf8.size() <= 255 ? ERL_SMALL_ATOM_UTF8_EXT : ERL_ATOM_UTF8_EXT);
        number(utf8.size(), utf8.size() <= 255 ? 1 : 2);
        out_ += utf8;
    }

    void identity(const Term& t) {
        const Identity& id = t.identity();
        if (id.foreign) {
            out_ += *id.foreign;
            return;
        }
        if (t.is(Kind::pid)) {
            out_ += static_cast<char>(ERL_NEW_PID_EXT);
            node();
            number(id.number & pid_mask, 4);
            number(id.number >> pid_bits, 4);
        } else if (t.is(Kind::port)) {
            const bool small = id.number < 1U << 28;
            out_ += static_cast<char>(small ? ERL_NEW_PORT_EXT : ERL_V4_PORT_EXT);
            node();
            number(id.number, small ? 4 : 8);
        } else {
            out_ += static_cast<char>(ERL_NEWER_REFERENCE_EXT);
            number(3, 2);
            node();
        }
        number(0, 4);
        if (t.is(Kind::reference))
            for (const std::uint32_t word : reference_words(id.number)) number(word, 4);
    }

    void bits(const Bits& b) {
        DDLL_CHECK(b.size <= INT32_MAX);
        if (b.bits == 8) {
            number_after(ERL_BINARY_EXT, b.size, 4);
            out_ += b.bytes();
            return;
        }
        out_ += static_cast<char>(ERL_BIT_BINARY_EXT);
        number(b.size, 4);
        number(b.bits, 1);
        out_ += b.bytes();
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
        out_ += static_cast<char>(ERL_STRING_EXT);
        number(items.size(), 2);
        for (const Term& item : items) out_ += static_cast<char>(item.as_integer());
        return false;
    }

    std::string& out_;
};

} // namespace

void encode_to(const Term& term, std::string& out) {
    out += static_cast<char>(version_byte);
    Encoder(out).term(term);
}

std::string encode(const Term& term) {
    std::string out;
    encode_to(term, out);
    return out;
}

} // namespace ddll::term
