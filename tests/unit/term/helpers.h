#pragma once
#include "term/expr.h"
#include "term/external.h"
#include "term/text.h"

#include <doctest/doctest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace ddll::term {

inline std::ostream& operator<<(std::ostream& out, const Term& t) {
    return out << print(t);
}

/// The term written in `text`, which must be right.
inline Term read(std::string_view text) {
    auto term = parse(text);
    REQUIRE_MESSAGE(bool(term), text << ": " << (term ? "" : term.error().message));
    return *term;
}

inline ExprPtr read_expr(std::string_view text) {
    auto expr = parse_expr(text);
    REQUIRE_MESSAGE(bool(expr), text << ": " << (expr ? "" : expr.error().message));
    return *expr;
}

inline std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4];
        out += digits[static_cast<unsigned char>(c) & 15];
    }
    return out;
}

inline std::string from_hex(std::string_view hex) {
    std::string out;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return out;
}

/// `depth` brackets around nothing.
inline std::string brackets(int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
}

/// {{{...}}} of that depth.
inline Term nested_tuples(int depth) {
    Term t;
    for (int i = 0; i < depth; ++i) t = make_tuple(std::move(t));
    return t;
}

} // namespace ddll::term
