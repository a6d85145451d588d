#include "scenario/reader_texts.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {
namespace {

using Kind = term::Expr::Kind;

bool in_variable(char c) {
    return is_word(c) || c == '@';
}

std::size_t offset_of(std::string_view text, int line, int column) {
    std::size_t start = 0;
    for (int l = 1; l < line; ++l) {
        const auto end = text.find('\n', start);
        if (end == std::string_view::npos) break;
        start = end + 1;
    }
    return std::min(start + static_cast<std::size_t>(std::max(column, 1) - 1), text.size());
}

std::string with_arity(std::string_view module, std::string_view name, std::size_t arity) {
    if (module.empty() || module == "erlang") return fmt::format("{}/{}", name, arity);
    return fmt::format("{}:{}/{}", module, name, arity);
}

} // namespace

const std::string* Scope::declared(std::string_view variable) const {
    const auto found = declared_.find(variable);
    return found == declared_.end() ? nullptr : &found->second;
}

void Scope::forget_since(std::size_t mark) {
    while (order_.size() > mark) {
        bound_.erase(order_.back());
        forgotten_.insert(std::move(order_.back()));
        order_.pop_back();
    }
}

/// One walk over an expression or pattern. `local_` are the variables of enclosing comprehensions.
struct Texts::Walk {
    Texts& texts;
    const Node& node;
    std::size_t offset;
    std::vector<std::string> local = {};
    std::vector<std::string> fresh = {}; ///< bound by the pattern so far

    void mistake(const term::Expr& at, std::string message, std::string hint = {}) {
        texts.context_.mistake(texts.place_of(node, at, offset), std::move(message), std::move(hint));
    }

    bool is_local(const std::string& name) const { return std::find(local.begin(), local.end(), name) != local.end(); }

    void mention(const term::Term& value) {
        std::string word;
        if (value.is(term::Term::Kind::atom)) {
            word = value.as_atom();
        } else if (value.is(term::Term::Kind::list)) {
            for (const auto& item : value.items()) {
                if (!item.is(term::Term::Kind::integer) || item.as_integer() == ' ') break;
                if (!append_utf8(word, static_cast<char32_t>(std::clamp<std::int64_t>(item.as_integer(), 0, 0x110000))))
                    break;
            }
        } else if (value.is(term::Term::Kind::tuple)) {
            for (const auto& element : value.elements()) mention(element);
        }
        if (!word.empty()) texts.mentioned_.insert(std::move(word));
        if (value.is(term::Term::Kind::list))
            for (const auto& item : value.items())
                if (!item.is(term::Term::Kind::integer)) mention(item);
    }

    void variable(const term::Expr& e) {
        if (is_local(e.name) || texts.scope.bound(e.name)) return;
        if (e.name.starts_with('_'))
            return mistake(e, fmt::format("{} has no value here", e.name), "_ matches anything, but only in a pattern");
        const auto names = texts.scope.names();
        std::string hint = "bind it first: a pattern in \"returns\" or \"receives\" of an earlier step";
        if (texts.scope.forgotten(e.name)) hint = "what a round of a repeat binds is forgotten after it";
        mistake(e, fmt::format("the variable {} has no value here", e.name),
                texts.scope.forgotten(e.name) ? hint : did_you_mean(e.name, names, hint));
    }

    void expression(const term::Expr& e) {
        if (texts.context_.full()) return;
        if (e.open) mistake(e, "... stands only in a pattern");
        switch (e.kind) {
        case Kind::literal:
            mention(e.value);
            return;
        case Kind::variable:
            return variable(e);
        case Kind::comprehension:
            return comprehension(e);
        case Kind::call:
            known_call(e);
            break;
        default:
            break;
        }
        for (const auto& child : e.children) expression(*child);
        if (e.tail) expression(*e.tail);
    }

    void comprehension(const term::Expr& e) {
        const std::size_t outside = local.size();
        for (const auto& qualifier : e.qualifiers) {
            expression(*qualifier.source);
            if (!qualifier.pattern) continue;
            // The generator's variables are new inside, whatever they are outside.
            Walk inner{texts, node, offset, local};
            inner.generator(*qualifier.pattern);
            local.insert(local.end(), inner.fresh.begin(), inner.fresh.end());
        }
        for (const auto& child : e.children) expression(*child);
        local.resize(outside);
    }

    void generator(const term::Expr& e) {
        if (e.kind == Kind::variable) {
            if (const auto* what = texts.scope.declared(e.name))
                mistake(e, fmt::format("{} is {}", e.name, *what), "choose another name here");
            fresh.push_back(e.name);
            return;
        }
        if (e.kind == Kind::call || e.kind == Kind::op || e.kind == Kind::comprehension) return expression(e);
        for (const auto& child : e.children) generator(*child);
        if (e.tail) generator(*e.tail);
    }

    void pattern(const term::Expr& e) {
        if (texts.context_.full()) return;
        switch (e.kind) {
        case Kind::literal:
            return;
        case Kind::variable:
            if (!e.name.starts_with('_')) fresh.push_back(e.name);
            return;
        case Kind::call:
        case Kind::op:
        case Kind::comprehension:
            return expression(e); // evaluated before anything is matched
        default:
            break;
        }
        for (std::size_t i = 0; i < e.children.size(); ++i) {
            const bool key = e.kind == Kind::map && i % 2 == 0;
            if (key)
                expression(*e.children[i]);
            else
                pattern(*e.children[i]);
        }
        if (e.tail) pattern(*e.tail);
    }

    void known_call(const term::Expr& e) {
        const auto& known = texts.context_.options.known_calls;
        if (known.empty()) return;
        const std::string_view module = e.module.empty() ? std::string_view("erlang") : std::string_view(e.module);
        std::string arities;
        std::vector<std::string> elsewhere;
        for (const auto& k : known) {
            if (k.name != e.name) continue;
            if (k.module != module) {
                elsewhere.push_back(with_arity(k.module, k.name, static_cast<std::size_t>(k.arity)));
                continue;
            }
            if (static_cast<std::size_t>(k.arity) == e.children.size()) return;
            arities += fmt::format("{}{}", arities.empty() ? "" : " or ", k.arity);
        }
        const std::string written = with_arity(e.module, e.name, e.children.size());
        if (!arities.empty())
            return mistake(e, fmt::format("there is no {}", written),
                           fmt::format("{} takes {} argument{}", e.name, arities, plural(arities == "1" ? 1 : 2)));
        if (!elsewhere.empty())
            return mistake(e, fmt::format("there is no {}", written),
                           fmt::format("did you mean {}?", elsewhere.front()));
        std::vector<std::string> spelled;
        for (const auto& k : known)
            spelled.push_back(k.module == "erlang" && e.module.empty() ? std::string(k.name)
                                                                       : fmt::format("{}:{}", k.module, k.name));
        std::vector<std::string_view> candidates(spelled.begin(), spelled.end());
        const std::string wanted = e.module.empty() ? e.name : e.module + ":" + e.name;
        mistake(e, fmt::format("there is no {}", written),
                did_you_mean(wanted, candidates, "ddlltool run --list-calls prints what can be called"));
    }
};

Place Texts::place_of(const Node& node, const term::Expr& expr, std::size_t offset) const {
    const std::string_view text = std::string_view(node.text).substr(offset);
    return context_.document.place_in(node, offset + offset_of(text, expr.line, expr.column));
}

term::ExprPtr Texts::parse(const Node& node, std::size_t offset) {
    const std::string_view text = std::string_view(node.text).substr(offset);
    auto parsed = term::parse_expr(text);
    if (parsed) return *parsed;
    const Error& why = parsed.error();
    const std::size_t at = why.place.line > 0 ? offset_of(text, why.place.line, why.place.column) : 0;
    context_.mistake(context_.document.place_in(node, offset + at), why.message, why.hint);
    assume_bound(node);
    return nullptr;
}

void Texts::check_expression(const Node& node, const term::Expr& expr, std::size_t offset) {
    Walk{*this, node, offset}.expression(expr);
}

void Texts::check_pattern(const Node& node, const term::Expr& expr, std::size_t offset) {
    Walk walk{*this, node, offset};
    walk.pattern(expr);
    for (const auto& name : walk.fresh) scope.bind(name);
}

Text Texts::expression(const Node& node) {
    Text out{node.text, parse(node), context_.document.place_of(node)};
    if (out.expr) check_expression(node, *out.expr);
    return out;
}

Text Texts::pattern(const Node& node, std::size_t offset) {
    Text out{node.text.substr(offset), parse(node, offset), context_.document.place_of(node)};
    if (out.expr) check_pattern(node, *out.expr, offset);
    return out;
}

void Texts::assume_bound(const Node& node) {
    for (const Node* child : node.children) assume_bound(*child);
    const std::string& text = node.text;
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i;
        while (end < text.size() && in_variable(text[end])) ++end;
        if (text[i] >= 'A' && text[i] <= 'Z') scope.bind(text.substr(i, end - i));
        i = std::max(end, i + 1);
    }
}

} // namespace ddll::scenario
