// The part of the grammar between << and >>.
#include "term/number.h"
#include "term/parser.h"
#include "term/segments.h"

namespace ddll::term {

using Segment = Expr::Segment;

Result<Parser::Node> Parser::binary() {
    const int line = token_.line, column = token_.column;
    // Binaries stand directly inside binaries, without an expression in between that would be counted.
    if (depth_ >= max_nesting) return too_deep(line, column);
    ++depth_;
    DDLL_TRY(advance());
    Nodes parts;
    std::vector<Segment> segments;
    while (!token_.is(">>")) {
        auto value = segment_value();
        if (!value) return value;
        auto shape = segment_shape(*value);
        if (!shape) return std::move(shape).error();
        parts.push_back(std::move(*value));
        segments.push_back(*shape);
        if (token_.is(">>")) break;
        DDLL_TRY(take(",", "',' or '>>'"));
        if (token_.is(">>")) return expected("a value");
    }
    DDLL_TRY(advance());
    --depth_;
    const int height = tallest(parts);
    if (all_constant(parts)) {
        const auto built = build_bits(segments, values(std::move(parts)));
        if (built.kind == Evaluated::Kind::value) return Node{built.value, nullptr, line, column, 1};
        return fail(line, column,
                    built.value.is_atom("system_limit") ? "this binary is too large"
                                                        : "a value in this binary does not fit its type");
    }
    Expr e = composite(Expr::Kind::binary, std::move(parts), false);
    e.segments = std::move(segments);
    return node(std::move(e), height, line, column);
}

// Calls and operators need parentheses here, because ':' and '/' have another meaning.
Result<Parser::Node> Parser::segment_value() {
    switch (token_.kind) {
    case Token::Kind::number:
        return constant_of(std::move(token_.value));
    case Token::Kind::string:
        return string_literal();
    case Token::Kind::variable: {
        if (accept_ == Accept::terms) break;
        Expr e;
        e.kind = Expr::Kind::variable;
        e.name = token_.text;
        const int line = token_.line, column = token_.column;
        DDLL_TRY(advance());
        return node(std::move(e), 0, line, column);
    }
    case Token::Kind::symbol: {
        const int line = token_.line, column = token_.column;
        if (token_.is("<<")) return binary();
        if (token_.is("-") || token_.is("+")) {
            const bool negative = token_.is("-");
            DDLL_TRY(advance());
            if (token_.kind != Token::Kind::number) return expected("a number");
            Term value = std::move(token_.value);
            if (negative) value = value.is_integer() ? negate(value) : Term::floating(-value.as_float());
            auto n = constant_of(std::move(value));
            if (n) n->line = line, n->column = column;
            return n;
        }
        if (!token_.is("(")) break;
        auto inner = parentheses();
        if (inner && inner->constant() && inner->value.is_list())
            return fail(line, column, "expected a number, string or binary, found a list");
        return inner;
    }
    default:
        break;
    }
    return expected("a number, string, variable or an expression in parentheses");
}

Result<Segment> Parser::segment_shape(const Node& value) {
    Segment s;
    bool sized = false, typed = false;
    const int line = token_.line, column = token_.column;
    if (token_.is(":")) {
        DDLL_TRY(advance());
        const bool small = token_.kind == Token::Kind::number && token_.value.is(Term::Kind::integer) &&
                           token_.value.as_integer() >= 0;
        if (!small) return expected("a size, a number");
        s.size = token_.value.as_integer();
        sized = true;
        DDLL_TRY(advance());
    }
    if (token_.is("/")) {
        typed = true;
        do {
            DDLL_TRY(advance());
            DDLL_TRY(segment_type(s));
        } while (token_.is("-"));
    }
    const bool whole_binary = value.constant() && value.value.is(Term::Kind::bits);
    if (whole_binary && !typed) return fail(value.line, value.column, "expected '/binary' after a binary");
    if (sized && s.type == Segment::Type::utf8) return fail(line, column, "utf8 takes no size");
    if (sized && s.type == Segment::Type::floating && s.size != 32 && s.size != 64)
        return fail(line, column, "the size of a float is 32 or 64");
    if (s.size > static_cast<std::int64_t>(max_bits)) return fail(line, column, "this size is too large");
    return s;
}

Result<void> Parser::segment_type(Segment& s) {
    if (token_.kind == Token::Kind::atom) {
        const std::string& word = token_.text;
        bool known = true;
        if (word == "integer")
            s.type = Segment::Type::integer;
        else if (word == "binary" || word == "bytes")
            s.type = Segment::Type::binary;
        else if (word == "bitstring" || word == "bits")
            s.type = Segment::Type::bitstring;
        else if (word == "utf8")
            s.type = Segment::Type::utf8;
        else if (word == "float")
            s.type = Segment::Type::floating;
        else if (word == "little" || word == "native")
            s.little = true;
        else if (word == "big")
            s.little = false;
        else if (word == "signed" || word == "unsigned")
            s.is_signed = word == "signed";
        else
            known = false;
        if (known) return advance();
    }
    return expected("integer, float, binary, bitstring, utf8, little, big, native, signed or unsigned");
}

} // namespace ddll::term
