#include "term/prover.h"

#include "base/text.h"
#include "term/stack.h"

#include <ei.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>

namespace ddll::term {
namespace {

std::size_t count_digits(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
}

// What is still to come inside a tuple, list or map.
struct Parts {
    std::uint64_t left;
    bool list; ///< the last of what is left is the tail
};

class Prover {
public:
    explicit Prover(std::string_view bytes) : bytes_(bytes) {}

    bool whole() {
        bool first = true;
        while (first || !open_.empty()) {
            first = false;
            if (!one()) return false;
            while (!open_.empty() && open_.top().left == 0) open_.pop();
        }
        return true;
    }

    std::size_t used() const { return at_; }

private:
    std::size_t left() const { return bytes_.size() - at_; }

    bool number(std::size_t size, std::uint64_t& out) {
        if (left() < size) return false;
        out = read_number(bytes_, at_, size);
        at_ += size;
        return true;
    }

    bool skip(std::uint64_t size) {
        if (left() < size) return false;
        at_ += size;
        return true;
    }

    // A length of `size` bytes, and then that many.
    bool block(std::size_t size, std::string_view& out) {
        std::uint64_t length = 0;
        if (!number(size, length) || left() < length) return false;
        out = bytes_.substr(at_, length);
        at_ += length;
        return true;
    }

    bool one() {
        std::uint64_t tag = 0, n = 0;
        std::string_view content;
        if (!number(1, tag)) return false;
        const bool tail = !open_.empty() && open_.top().list && open_.top().left == 1;
        if (!open_.empty()) --open_.top().left;
        switch (tag) {
        case ERL_SMALL_INTEGER_EXT:
            return skip(1);
        case ERL_INTEGER_EXT:
            return skip(4);
        case ERL_SMALL_BIG_EXT:
            return number(1, n) && skip(n + 1);
        case ERL_LARGE_BIG_EXT:
            return number(4, n) && skip(n + 1);
        case NEW_FLOAT_EXT:
            return number(8, n) && std::isfinite(std::bit_cast<double>(n));
        case ERL_FLOAT_EXT:
            content = bytes_.substr(at_, 31);
            return skip(31) && old_float(content).has_value();
        case ERL_ATOM_EXT:
        case ERL_SMALL_ATOM_EXT:
        case ERL_ATOM_UTF8_EXT:
        case ERL_SMALL_ATOM_UTF8_EXT:
            return atom(tag);
        case ERL_PID_EXT:
            return node() && skip(8) && old_creation();
        case ERL_NEW_PID_EXT:
            return node() && skip(12);
        case ERL_PORT_EXT:
            return node() && skip(4) && old_creation();
        case ERL_NEW_PORT_EXT:
            return node() && skip(8);
        case ERL_V4_PORT_EXT:
            return node() && skip(12);
        case ERL_REFERENCE_EXT:
            return node() && skip(4) && old_creation();
        case ERL_NEW_REFERENCE_EXT:
            return number(2, n) && n >= 1 && n <= 5 && node() && old_creation() && skip(4 * n);
        case ERL_NEWER_REFERENCE_EXT:
            return number(2, n) && n <= 5 && node() && skip(4 + 4 * n);
        case ERL_EXPORT_EXT:
            return node() && node() && number(1, n) && n == ERL_SMALL_INTEGER_EXT && skip(1);
        case ERL_NEW_FUN_EXT: // module, two numbers and a pid come before the free variables
            return skip(4 + 1 + 16 + 4) && number(4, n) && enter(4 + n, false);
        case ERL_NIL_EXT:
            return true;
        case ERL_STRING_EXT:
            return block(2, content);
        case ERL_BINARY_EXT:
            return block(4, content);
        case ERL_BIT_BINARY_EXT: {
            std::uint64_t bits = 0;
            if (!number(4, n) || !number(1, bits) || bits > 8 || (bits == 0) != (n == 0)) return false;
            return skip(n);
        }
        case ERL_SMALL_TUPLE_EXT:
            return number(1, n) && enter(n, false);
        case ERL_LARGE_TUPLE_EXT:
            return number(4, n) && enter(n, false);
        case ERL_MAP_EXT:
            return number(4, n) && enter(2 * n, false);
        case ERL_LIST_EXT:
            if (!number(4, n)) return false;
            if (!tail) return enter(n + 1, true);
            // A list as the tail goes on where the outer one stops: many drivers send lists cell by cell.
            open_.top().left = n + 1;
            return n < left();
        default:
            return false;
        }
    }

    bool enter(std::uint64_t parts, bool list) {
        // Every part has one byte at least, so a lie about the count ends here and not in an allocation.
        if (parts > left() || open_.size() >= max_external_nesting) return false;
        if (parts > 0) open_.push({parts, list});
        return true;
    }

    bool atom(std::uint64_t tag) {
        const bool small = tag == ERL_SMALL_ATOM_EXT || tag == ERL_SMALL_ATOM_UTF8_EXT;
        const bool utf8 = tag == ERL_ATOM_UTF8_EXT || tag == ERL_SMALL_ATOM_UTF8_EXT;
        std::string_view text;
        if (!block(small ? 1 : 2, text)) return false;
        if (!utf8) return text.size() <= 255;
        for (int count = 0; !text.empty(); ++count)
            if (count == 255 || !take_utf8(text)) return false;
        return true;
    }

    bool node() {
        std::uint64_t tag = 0;
        if (!number(1, tag)) return false;
        const bool is_atom = tag == ERL_ATOM_EXT || tag == ERL_SMALL_ATOM_EXT || tag == ERL_ATOM_UTF8_EXT ||
                             tag == ERL_SMALL_ATOM_UTF8_EXT;
        return is_atom && atom(tag);
    }

    // The forms with one byte for it have only two bits.
    bool old_creation() {
        std::uint64_t creation = 0;
        return number(1, creation) && creation <= 3;
    }

    std::string_view bytes_;
    std::size_t at_ = 0;
    SmallStack<Parts> open_;
};

} // namespace

std::uint64_t read_number(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint64_t n = 0;
    for (std::size_t i = 0; i < size; ++i) n = n << 8 | static_cast<unsigned char>(bytes[at + i]);
    return n;
}

std::optional<double> old_float(std::string_view text) {
    text = text.substr(0, text.find('\0'));
    // Sign, digits, point, digits, and perhaps an exponent: nothing less and nothing behind.
    std::string_view rest = text;
    const auto sign = [&rest] {
        if (!rest.empty() && (rest[0] == '+' || rest[0] == '-')) rest.remove_prefix(1);
    };
    const auto digits = [&rest] {
        const std::size_t n = count_digits(rest);
        rest.remove_prefix(n);
        return n > 0;
    };
    sign();
    if (!digits() || rest.empty() || rest[0] != '.') return std::nullopt;
    rest.remove_prefix(1);
    if (!digits()) return std::nullopt;
    if (!rest.empty() && (rest[0] == 'e' || rest[0] == 'E')) {
        rest.remove_prefix(1);
        sign();
        if (!digits()) return std::nullopt;
    }
    if (!rest.empty()) return std::nullopt;
    // strtod and not from_chars: it gives 0.0 for what is too small, as the emulator does.
    const double value = std::strtod(std::string(text).c_str(), nullptr);
    if (!std::isfinite(value)) return std::nullopt;
    return value;
}

std::optional<std::size_t> prove_external(std::string_view bytes) {
    Prover prover(bytes);
    if (!prover.whole()) return std::nullopt;
    return prover.used();
}

} // namespace ddll::term
