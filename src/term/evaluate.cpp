#include "base/check.h"
#include "term/expr.h"
#include "term/operators.h"
#include "term/segments.h"

#include <algorithm>

namespace ddll::term {
namespace {

Evaluated raise_about(std::string_view reason, Term what) {
    return Evaluated::raise(make_tuple(Term::atom(reason), std::move(what)));
}

bool is_value(const Evaluated& e) {
    return e.kind == Evaluated::Kind::value;
}

// A filter without calls is a guard in Erlang: where it raises, it is false.
bool is_guard(const Expr& e) {
    if (e.kind == Expr::Kind::call || e.kind == Expr::Kind::comprehension) return false;
    if (e.kind == Expr::Kind::op && (e.name == "!" || e.name == "++" || e.name == "--")) return false;
    const bool tail = !e.tail || is_guard(*e.tail);
    return tail && std::ranges::all_of(e.children, [](const ExprPtr& c) { return is_guard(*c); });
}

void erase_variables(const Expr& pattern, Bindings& bindings) {
    for (const auto& name : free_variables(pattern)) {
        const auto at = bindings.find(name);
        if (at != bindings.end()) bindings.erase(at);
    }
}

class Evaluation {
public:
    explicit Evaluation(const CallFunction& call) : call_(call) {}

    Evaluated run(const Expr& e, const Bindings& bindings) {
        switch (e.kind) {
        case Expr::Kind::literal:
            return Evaluated::of(e.value);
        case Expr::Kind::variable:
            return variable(e, bindings);
        case Expr::Kind::tuple:
        case Expr::Kind::list:
        case Expr::Kind::map:
        case Expr::Kind::binary:
            return constructor(e, bindings);
        case Expr::Kind::call:
            return call(e, bindings);
        case Expr::Kind::op:
            return op(e, bindings);
        case Expr::Kind::comprehension: {
            std::vector<Term> out;
            auto done = qualify(e, 0, bindings, out);
            if (!is_value(done)) return done;
            return Evaluated::of(Term::list(std::move(out)));
        }
        }
        DDLL_CHECK_MSG(false, "unknown kind of expression");
        return {};
    }

private:
    static Evaluated variable(const Expr& e, const Bindings& bindings) {
        const auto at = bindings.find(e.name);
        if (at == bindings.end()) return raise_about("unbound_var", Term::atom(e.name));
        return Evaluated::of(at->second);
    }

    // The children in order, into `out`; a value when all went well.
    Evaluated children(const Expr& e, const Bindings& bindings, std::vector<Term>& out) {
        out.reserve(e.children.size());
        for (const auto& child : e.children) {
            auto value = run(*child, bindings);
            if (!is_value(value)) return value;
            out.push_back(std::move(value.value));
        }
        return {};
    }

    Evaluated constructor(const Expr& e, const Bindings& bindings) {
        if (e.open) return raise_about("unbound_var", Term::atom("..."));
        std::vector<Term> parts;
        if (auto failed = children(e, bindings, parts); !is_value(failed)) return failed;
        if (e.kind == Expr::Kind::tuple) return Evaluated::of(Term::tuple(std::move(parts)));
        if (e.kind == Expr::Kind::binary) return binary(e, parts);
        if (e.kind == Expr::Kind::map) {
            std::vector<std::pair<Term, Term>> pairs;
            for (std::size_t i = 0; i < parts.size(); i += 2)
                pairs.emplace_back(std::move(parts[i]), std::move(parts[i + 1]));
            return Evaluated::of(Term::map(std::move(pairs)));
        }
        Term tail;
        if (e.tail) {
            auto value = run(*e.tail, bindings);
            if (!is_value(value)) return value;
            tail = std::move(value.value);
        }
        return Evaluated::of(Term::list(std::move(parts), std::move(tail)));
    }

    static Evaluated binary(const Expr& e, const std::vector<Term>& parts) {
        // Only a string literal may be a list here, not a value that happens to be one.
        for (std::size_t i = 0; i < parts.size(); ++i)
            if (parts[i].is_list() && e.children[i]->kind != Expr::Kind::literal)
                return Evaluated::raise(Term::atom("badarg"));
        return build_bits(e.segments, parts);
    }

    Evaluated call(const Expr& e, const Bindings& bindings) {
        std::vector<Term> arguments;
        if (auto failed = children(e, bindings, arguments); !is_value(failed)) return failed;
        return invoke(e.module, e.name, arguments);
    }

    Evaluated invoke(const std::string& module, const std::string& name, const std::vector<Term>& arguments) {
        if (call_) return call_(module, name, arguments);
        return Evaluated::raise(Term::atom("undef"));
    }

    Evaluated op(const Expr& e, const Bindings& bindings) {
        auto left = run(*e.children[0], bindings);
        if (!is_value(left)) return left;
        if (e.children.size() == 1) return apply_prefix(e.name, left.value);
        if (e.name == "andalso" || e.name == "orelse") {
            const bool stop = left.value == Term::boolean(e.name == "orelse");
            if (stop) return left;
            if (!(left.value == Term::boolean(e.name == "andalso")))
                return raise_about("badarg", std::move(left.value));
            return run(*e.children[1], bindings);
        }
        auto right = run(*e.children[1], bindings);
        if (!is_value(right)) return right;
        if (e.name == "!") return invoke("erlang", "!", {std::move(left.value), std::move(right.value)});
        return apply_binary(e.name, left.value, right.value);
    }

    // Everything from qualifier `i` on; what the template gives is appended to `out`.
    Evaluated qualify(const Expr& e, std::size_t i, const Bindings& bindings, std::vector<Term>& out) {
        if (i == e.qualifiers.size()) {
            auto item = run(*e.children[0], bindings);
            if (!is_value(item)) return item;
            out.push_back(std::move(item.value));
            return {};
        }
        const auto& q = e.qualifiers[i];
        auto source = run(*q.source, bindings);
        if (!q.pattern) {
            if (source.kind == Evaluated::Kind::raised && is_guard(*q.source)) return {};
            if (!is_value(source)) return source;
            if (source.value == Term::boolean(false)) return {};
            if (source.value == Term::boolean(true)) return qualify(e, i + 1, bindings, out);
            if (is_guard(*q.source)) return {};
            return raise_about("bad_filter", std::move(source.value));
        }
        if (!is_value(source)) return source;
        if (!source.value.is_list()) return raise_about("bad_generator", std::move(source.value));
        for (const Term& item : source.value.items()) {
            Bindings inner = bindings;
            erase_variables(*q.pattern, inner);
            if (!match(*q.pattern, item, inner, call_)) continue;
            if (auto failed = qualify(e, i + 1, inner, out); !is_value(failed)) return failed;
        }
        if (!source.value.is_proper_list()) return raise_about("bad_generator", source.value.tail());
        return {};
    }

    const CallFunction& call_;
};

void add_name(std::vector<std::string>& names, const std::vector<std::string>& bound, const std::string& name) {
    if (std::ranges::find(bound, name) == bound.end() && std::ranges::find(names, name) == names.end())
        names.push_back(name);
}

void collect(const Expr& e, std::vector<std::string>& bound, std::vector<std::string>& names) {
    if (e.kind == Expr::Kind::variable && !is_wildcard(e)) add_name(names, bound, e.name);
    const std::size_t outside = bound.size();
    for (const auto& q : e.qualifiers) {
        collect(*q.source, bound, names);
        if (q.pattern)
            for (auto& name : free_variables(*q.pattern)) bound.push_back(std::move(name));
    }
    for (const auto& child : e.children) collect(*child, bound, names);
    if (e.tail) collect(*e.tail, bound, names);
    bound.resize(outside);
}

} // namespace

Evaluated evaluate(const Expr& expr, const Bindings& bindings, const CallFunction& call) {
    return Evaluation(call).run(expr, bindings);
}

std::vector<std::string> free_variables(const Expr& expr) {
    std::vector<std::string> bound, names;
    collect(expr, bound, names);
    return names;
}

bool is_wildcard(const Expr& e) {
    return e.kind == Expr::Kind::variable && e.name[0] == '_';
}

bool has_wildcards(const Expr& e) {
    if (e.open || is_wildcard(e)) return true;
    const auto any = [](const ExprPtr& part) { return part && has_wildcards(*part); };
    return any(e.tail) || std::ranges::any_of(e.children, any) ||
           std::ranges::any_of(e.qualifiers, [&any](const Expr::Qualifier& q) { return any(q.source); });
}

} // namespace ddll::term
