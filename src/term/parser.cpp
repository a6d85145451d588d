#include "term/parser.h"

#include "term/number.h"
#include "term/segments.h"
#include "term/writer.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::term {

Binding binary_binding(std::string_view op) {
    using Side = Binding::Side;
    if (op == "!") return {1, Side::right};
    if (op == "orelse") return {2, Side::right};
    if (op == "andalso") return {3, Side::right};
    if (op == "=:=" || op == "=/=" || op == "==" || op == "/=" || op == "<" || op == ">" || op == "=<" || op == ">=")
        return {4, Side::none};
    if (op == "++" || op == "--") return {5, Side::right};
    if (op == "+" || op == "-" || op == "or" || op == "xor") return {6, Side::left};
    if (op == "*" || op == "/" || op == "div" || op == "rem" || op == "and") return {7, Side::left};
    return {};
}

Error Parser::fail(int line, int column, std::string message) const {
    return {std::move(message), {}, {{}, line, column, {}}, {}};
}

Error Parser::expected(std::string_view what) const {
    return fail(token_.line, token_.column, fmt::format("expected {}, found {}", what, token_.describe()));
}

Error Parser::too_deep(int line, int column) const {
    return fail(line, column, fmt::format("nested more than {} deep", max_nesting));
}

Result<void> Parser::advance() {
    auto token = lexer_.next();
    if (!token) return std::move(token).error();
    token_ = std::move(*token);
    return {};
}

Result<void> Parser::take(std::string_view symbol, std::string_view what) {
    if (!token_.is(symbol)) return expected(what);
    return advance();
}

Result<Term> Parser::whole_term() {
    auto n = whole();
    if (!n) return std::move(n).error();
    return std::move(n->value);
}

Result<ExprPtr> Parser::whole_expr() {
    auto n = whole();
    if (!n) return std::move(n).error();
    return as_expr(std::move(*n));
}

Result<Parser::Node> Parser::whole() {
    DDLL_TRY(advance());
    auto n = expression(0);
    if (!n) return n;
    if (token_.kind != Token::Kind::end)
        return expected(accept_ == Accept::terms ? "the end of the text" : "an operator or the end of the text");
    return n;
}

Result<Parser::Node> Parser::node(Expr expr, int children_height, int line, int column) {
    if (children_height + 1 > max_nesting) return too_deep(line, column);
    expr.line = line;
    expr.column = column;
    return Node{{}, std::make_shared<const Expr>(std::move(expr)), line, column, children_height + 1};
}

ExprPtr Parser::as_expr(Node&& n) {
    if (!n.constant()) return std::move(n.expr);
    auto expr = std::make_shared<Expr>();
    expr->value = std::move(n.value);
    expr->line = n.line;
    expr->column = n.column;
    return expr;
}

Expr Parser::composite(Expr::Kind kind, Nodes&& children, bool open) {
    Expr e;
    e.kind = kind;
    e.open = open;
    for (Node& n : children) e.children.push_back(as_expr(std::move(n)));
    return e;
}

Result<Parser::Node> Parser::constant(Term value, int children_height, int line, int column) {
    if (children_height + 1 > max_nesting) return too_deep(line, column);
    return Node{std::move(value), nullptr, line, column, children_height + 1};
}

bool Parser::all_constant(const Nodes& nodes) {
    return std::ranges::all_of(nodes, &Node::constant);
}

std::vector<Term> Parser::values(Nodes&& nodes) {
    std::vector<Term> out;
    out.reserve(nodes.size());
    for (Node& n : nodes) out.push_back(std::move(n.value));
    return out;
}

int Parser::tallest(const Nodes& nodes) {
    int height = 0;
    for (const Node& n : nodes) height = std::max(height, n.height);
    return height;
}

Result<Parser::Node> Parser::expression(int least) {
    if (depth_ >= max_nesting) return too_deep(token_.line, token_.column);
    ++depth_;
    auto left = operand();
    while (left && token_.kind == Token::Kind::symbol && accept_ == Accept::expressions) {
        const Binding binding = binary_binding(token_.text);
        if (binding.strength == 0 || binding.strength < least) break;
        const std::string op = token_.text;
        const int line = token_.line, column = token_.column;
        DDLL_TRY(advance());
        auto right = expression(binding.side == Binding::Side::right ? binding.strength : binding.strength + 1);
        if (!right) return right;
        if (binding.side == Binding::Side::none && binary_binding(token_.text).side == Binding::Side::none &&
            token_.kind == Token::Kind::symbol)
            return fail(token_.line, token_.column, "comparisons cannot be chained: use parentheses");
        const int height = std::max(left->height, right->height);
        Expr e;
        e.kind = Expr::Kind::op;
        e.name = op;
        e.children = {as_expr(std::move(*left)), as_expr(std::move(*right))};
        left = node(std::move(e), height, line, column);
    }
    --depth_;
    return left;
}

Result<Parser::Node> Parser::operand() {
    if (token_.is("-") || token_.is("+") || (token_.is("not") && accept_ == Accept::expressions)) {
        const std::string op = token_.text;
        const int line = token_.line, column = token_.column;
        DDLL_TRY(advance());
        return prefixed(op, line, column);
    }
    return primary();
}

Result<Parser::Node> Parser::prefixed(const std::string& op, int line, int column) {
    auto inner = expression(prefix_strength);
    if (!inner) return inner;
    const bool number = inner->constant() && (inner->value.is_integer() || inner->value.is(Term::Kind::floating));
    if (op != "not" && number) {
        if (op == "-")
            inner->value = inner->value.is_integer() ? negate(inner->value) : Term::floating(-inner->value.as_float());
        inner->line = line;
        inner->column = column;
        return inner;
    }
    if (accept_ == Accept::terms) return fail(line, column, fmt::format("expected a number after '{}'", op));
    const int height = inner->height;
    Expr e;
    e.kind = Expr::Kind::op;
    e.name = op;
    e.children = {as_expr(std::move(*inner))};
    return node(std::move(e), height, line, column);
}

Result<Parser::Node> Parser::constant_of(Term value) {
    Node n{std::move(value), nullptr, token_.line, token_.column, 1};
    DDLL_TRY(advance());
    return n;
}

Result<Parser::Node> Parser::primary() {
    switch (token_.kind) {
    case Token::Kind::number:
    case Token::Kind::identity:
        return constant_of(std::move(token_.value));
    case Token::Kind::string:
        return string_literal();
    case Token::Kind::atom:
        return name();
    case Token::Kind::variable:
        return variable();
    case Token::Kind::symbol:
        if (token_.is("{")) return tuple();
        if (token_.is("[")) return list();
        if (token_.is("<<")) return binary();
        if (token_.is("#")) return map();
        if (token_.is("(")) return parentheses();
        break;
    case Token::Kind::end:
        break;
    }
    return expected(accept_ == Accept::terms ? "a term" : "an expression");
}

Result<Parser::Node> Parser::string_literal() {
    Node n{{}, nullptr, token_.line, token_.column, 1};
    std::vector<Term> items;
    while (token_.kind == Token::Kind::string) {
        for (const char32_t c : token_.characters) items.push_back(Term::integer(c));
        DDLL_TRY(advance());
    }
    n.value = Term::list(std::move(items));
    return n;
}

Result<Parser::Node> Parser::variable() {
    const int line = token_.line, column = token_.column;
    if (accept_ == Accept::terms) return expected("a term");
    Expr e;
    e.kind = Expr::Kind::variable;
    e.name = token_.text;
    DDLL_TRY(advance());
    if (token_.is("(") || token_.is(":"))
        return fail(line, column, fmt::format("expected the name of a function, found the variable {}", e.name));
    return node(std::move(e), 0, line, column);
}

Result<Parser::Node> Parser::name() {
    const int line = token_.line, column = token_.column;
    std::string text = std::move(token_.text);
    DDLL_TRY(advance());
    if (accept_ == Accept::expressions) {
        if (token_.is("(")) return call({}, std::move(text), line, column);
        if (token_.is(":")) {
            DDLL_TRY(advance());
            if (token_.kind != Token::Kind::atom) return expected("the name of a function");
            std::string function = std::move(token_.text);
            DDLL_TRY(advance());
            if (!token_.is("(")) return expected("'(' and the arguments");
            return call(std::move(text), std::move(function), line, column);
        }
    }
    return Node{Term::atom(text), nullptr, line, column, 1};
}

Result<Parser::Node> Parser::call(std::string module, std::string function, int line, int column) {
    DDLL_TRY(advance());
    bool open = false;
    auto arguments = items(")", open);
    if (!arguments) return std::move(arguments).error();
    if (open) return fail(line, column, "'...' cannot stand for arguments of a call");
    const int height = tallest(*arguments);
    Expr e = composite(Expr::Kind::call, std::move(*arguments), open);
    e.module = std::move(module);
    e.name = std::move(function);
    return node(std::move(e), height, line, column);
}

Result<Parser::Node> Parser::parentheses() {
    DDLL_TRY(advance());
    auto inner = expression(0);
    if (!inner) return inner;
    DDLL_TRY(take(")", accept_ == Accept::terms ? "')'" : "an operator or ')'"));
    return inner;
}

Result<Term> parse(std::string_view text) {
    return Parser(text, Parser::Accept::terms).whole_term();
}

Result<ExprPtr> parse_expr(std::string_view text) {
    return Parser(text, Parser::Accept::expressions).whole_expr();
}

} // namespace ddll::term
