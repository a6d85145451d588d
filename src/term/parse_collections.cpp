// The part of the grammar between brackets: tuples, lists, comprehensions and maps.
#include "term/parser.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::term {

Result<bool> Parser::ellipsis(std::string_view closer) {
    if (!token_.is("...")) return false;
    if (accept_ == Accept::terms) return expected("a term");
    DDLL_TRY(advance());
    if (!token_.is(closer)) return expected(fmt::format("'{}' after '...'", closer));
    return true;
}

Result<Parser::Nodes> Parser::items(std::string_view closer, bool& open) {
    Nodes out;
    if (!token_.is(closer)) {
        while (true) {
            auto ended = ellipsis(closer);
            if (!ended) return std::move(ended).error();
            open = *ended;
            if (open) break;
            auto item = expression(0);
            if (!item) return std::move(item).error();
            out.push_back(std::move(*item));
            if (token_.is(closer)) break;
            DDLL_TRY(take(",", fmt::format("',' or '{}'", closer)));
        }
    }
    DDLL_TRY(advance());
    return out;
}

Result<Parser::Node> Parser::tuple() {
    const int line = token_.line, column = token_.column;
    DDLL_TRY(advance());
    bool open = false;
    auto elements = items("}", open);
    if (!elements) return std::move(elements).error();
    const int height = tallest(*elements);
    if (!open && all_constant(*elements))
        return constant(Term::tuple(values(std::move(*elements))), height, line, column);
    return node(composite(Expr::Kind::tuple, std::move(*elements), open), height, line, column);
}

Result<Parser::Node> Parser::list() {
    const int line = token_.line, column = token_.column;
    DDLL_TRY(advance());
    Nodes elements;
    Node tail{{}, nullptr, line, column, 1};
    bool open = false;
    while (!token_.is("]")) {
        auto ended = ellipsis("]");
        if (!ended) return std::move(ended).error();
        open = *ended;
        if (open) break;
        auto item = expression(0);
        if (!item) return item;
        elements.push_back(std::move(*item));
        if (token_.is("||") && elements.size() == 1 && accept_ == Accept::expressions)
            return comprehension(std::move(elements[0]), line, column);
        if (token_.is("|")) {
            DDLL_TRY(advance());
            auto rest = expression(0);
            if (!rest) return rest;
            tail = std::move(*rest);
            if (!token_.is("]")) return expected("']'");
        } else if (token_.is(",")) {
            DDLL_TRY(advance());
            if (token_.is("]")) return expected(accept_ == Accept::terms ? "a term" : "an expression");
        } else if (!token_.is("]")) {
            return expected("',', '|' or ']'");
        }
    }
    DDLL_TRY(advance());
    const int height = std::max(tallest(elements), tail.height);
    if (!open && tail.constant() && all_constant(elements))
        return constant(Term::list(values(std::move(elements)), std::move(tail.value)), height, line, column);
    Expr e = composite(Expr::Kind::list, std::move(elements), open);
    if (!tail.constant() && tail.expr->kind == Expr::Kind::list) {
        // [A | [B, C | D]] is [A, B, C | D].
        e.children.insert(e.children.end(), tail.expr->children.begin(), tail.expr->children.end());
        e.tail = tail.expr->tail;
        e.open = tail.expr->open;
    } else if (!tail.constant() || !tail.value.is(Term::Kind::nil)) {
        e.tail = as_expr(std::move(tail));
    }
    return node(std::move(e), height, line, column);
}

Result<Parser::Node> Parser::comprehension(Node result, int line, int column) {
    constexpr std::size_t max_qualifiers = 100;
    Expr e;
    e.kind = Expr::Kind::comprehension;
    int height = result.height;
    e.children = {as_expr(std::move(result))};
    do {
        DDLL_TRY(advance());
        if (e.qualifiers.size() == max_qualifiers)
            return fail(token_.line, token_.column,
                        fmt::format("a comprehension has at most {} parts", max_qualifiers));
        auto first = expression(0);
        if (!first) return first;
        height = std::max(height, first->height);
        Expr::Qualifier q;
        q.source = as_expr(std::move(*first));
        if (token_.is("<-")) {
            DDLL_TRY(advance());
            auto source = expression(0);
            if (!source) return source;
            height = std::max(height, source->height);
            q.pattern = std::move(q.source);
            q.source = as_expr(std::move(*source));
        }
        e.qualifiers.push_back(std::move(q));
    } while (token_.is(","));
    DDLL_TRY(take("]", "',' or ']'"));
    return node(std::move(e), height, line, column);
}

Result<Parser::Node> Parser::map() {
    const int line = token_.line, column = token_.column;
    DDLL_TRY(advance());
    DDLL_TRY(take("{", "'{' of a map"));
    Nodes flat;
    bool open = false;
    while (!token_.is("}")) {
        auto ended = ellipsis("}");
        if (!ended) return std::move(ended).error();
        open = *ended;
        if (open) break;
        auto key = expression(0);
        if (!key) return key;
        // Patterns of Erlang are written with `:=`; it means the same here.
        if (!token_.is("=>") && !(token_.is(":=") && accept_ == Accept::expressions)) return expected("'=>'");
        DDLL_TRY(advance());
        auto value = expression(0);
        if (!value) return value;
        flat.push_back(std::move(*key));
        flat.push_back(std::move(*value));
        if (token_.is("}")) break;
        DDLL_TRY(take(",", "',' or '}'"));
        if (token_.is("}")) return expected("a key");
    }
    DDLL_TRY(advance());
    const int height = tallest(flat);
    if (!open && all_constant(flat)) {
        std::vector<std::pair<Term, Term>> pairs;
        for (std::size_t i = 0; i < flat.size(); i += 2)
            pairs.emplace_back(std::move(flat[i].value), std::move(flat[i + 1].value));
        return constant(Term::map(std::move(pairs)), height, line, column);
    }
    return node(composite(Expr::Kind::map, std::move(flat), open), height, line, column);
}

} // namespace ddll::term
