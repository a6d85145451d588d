#include "term/expr.h"
#include "term/segments.h"

#include <algorithm>

namespace ddll::term {
namespace {

class Matching {
public:
    Matching(Bindings& bindings, const CallFunction& call) : bindings_(bindings), call_(call) {}

    bool run(const Expr& pattern, const Term& term) {
        switch (pattern.kind) {
        case Expr::Kind::literal:
            return pattern.value == term;
        case Expr::Kind::variable:
            return variable(pattern, term);
        case Expr::Kind::tuple:
            return tuple(pattern, term);
        case Expr::Kind::list:
            return list(pattern, term);
        case Expr::Kind::map:
            return map(pattern, term);
        case Expr::Kind::binary:
            return binary(pattern, term);
        case Expr::Kind::op:
            if (pattern.name == "++" && !all_bound(*pattern.children[1])) return beginning(pattern, term);
            return computed(pattern, term);
        case Expr::Kind::call:
        case Expr::Kind::comprehension:
            return computed(pattern, term);
        }
        return false;
    }

    void undo() {
        for (const auto& name : added_) bindings_.erase(name);
    }

private:
    bool variable(const Expr& pattern, const Term& term) {
        if (is_wildcard(pattern)) return true;
        const auto [at, added] = bindings_.try_emplace(pattern.name, term);
        if (!added) return at->second == term;
        added_.push_back(pattern.name);
        return true;
    }

    bool each(const std::vector<ExprPtr>& patterns, std::span<const Term> terms) {
        for (std::size_t i = 0; i < patterns.size(); ++i)
            if (!run(*patterns[i], terms[i])) return false;
        return true;
    }

    bool tuple(const Expr& pattern, const Term& term) {
        if (!term.is(Term::Kind::tuple)) return false;
        const std::size_t wanted = pattern.children.size(), there = term.elements().size();
        if (pattern.open ? there < wanted : there != wanted) return false;
        return each(pattern.children, term.elements());
    }

    bool list(const Expr& pattern, const Term& term) {
        if (!term.is_list()) return false;
        const std::size_t wanted = pattern.children.size(), there = term.items().size();
        if (there < wanted || !each(pattern.children, term.items())) return false;
        if (pattern.open) return true;
        if (!pattern.tail) return there == wanted && term.tail().is(Term::Kind::nil);
        return run(*pattern.tail, rest(term, wanted));
    }

    static Term rest(const Term& list, std::size_t skipped) {
        const auto& items = list.items();
        return Term::list({items.begin() + static_cast<std::ptrdiff_t>(skipped), items.end()}, list.tail());
    }

    bool map(const Expr& pattern, const Term& term) {
        if (!term.is(Term::Kind::map)) return false;
        std::vector<Term> seen;
        for (std::size_t i = 0; i < pattern.children.size(); i += 2) {
            const auto key = evaluate(*pattern.children[i], bindings_, call_);
            if (key.kind != Evaluated::Kind::value) return false;
            const Term* value = term.find(key.value);
            if (value == nullptr || !run(*pattern.children[i + 1], *value)) return false;
            if (std::ranges::find(seen, key.value) == seen.end()) seen.push_back(key.value);
        }
        return pattern.open || seen.size() == term.pairs().size();
    }

    bool binary(const Expr& pattern, const Term& term) {
        if (!term.is(Term::Kind::bits)) return false;
        // Nothing to bind: then a binary without a size may stand anywhere, which Erlang allows only at the end.
        if (all_bound(pattern)) return computed(pattern, term);
        BitReader reader(term);
        for (std::size_t i = 0; i < pattern.children.size(); ++i) {
            const auto& segment = pattern.segments[i];
            const Expr& wanted = *pattern.children[i];
            const bool string = wanted.kind == Expr::Kind::literal && wanted.value.is_list();
            if (string ? !characters(segment, wanted.value, reader)
                       : !part(segment, wanted, reader, i + 1 == pattern.children.size()))
                return false;
        }
        return reader.left() == 0;
    }

    bool part(const Expr::Segment& segment, const Expr& wanted, BitReader& reader, bool last) {
        const auto value = take_segment(reader, segment, last);
        if (!value) return false;
        // A float segment may be written with an integer, an unsigned one with a negative number: it is the bits
        // that are compared, as if the literal had been built.
        if (wanted.kind == Expr::Kind::literal) return same_bits(segment, wanted.value, *value);
        return run(wanted, *value);
    }

    bool characters(const Expr::Segment& segment, const Term& string, BitReader& reader) {
        return std::ranges::all_of(string.items(), [&](const Term& c) {
            const auto value = take_segment(reader, segment, false);
            return value && same_bits(segment, c, *value);
        });
    }

    static bool same_bits(const Expr::Segment& segment, const Term& wanted, const Term& value) {
        if (wanted == value) return true;
        const auto built = [&segment](const Term& t) { return build_bits({&segment, 1}, {&t, 1}); };
        const auto a = built(wanted), b = built(value);
        return a.kind == Evaluated::Kind::value && b.kind == Evaluated::Kind::value && a.value == b.value;
    }

    bool all_bound(const Expr& e) const {
        return !has_wildcards(e) && std::ranges::all_of(free_variables(e), [this](const std::string& name) {
            return bindings_.contains(name);
        });
    }

    bool computed(const Expr& pattern, const Term& term) {
        if (!all_bound(pattern)) return false;
        const auto value = evaluate(pattern, bindings_, call_);
        return value.kind == Evaluated::Kind::value && value.value == term;
    }

    // Known ++ Pattern.
    bool beginning(const Expr& pattern, const Term& term) {
        if (!all_bound(*pattern.children[0]) || !term.is_list()) return false;
        const auto known = evaluate(*pattern.children[0], bindings_, call_);
        if (known.kind != Evaluated::Kind::value || !known.value.is_proper_list()) return false;
        const auto &front = known.value.items(), &items = term.items();
        if (front.size() > items.size() || !std::equal(front.begin(), front.end(), items.begin())) return false;
        return run(*pattern.children[1], rest(term, front.size()));
    }

    Bindings& bindings_;
    const CallFunction& call_;
    std::vector<std::string> added_;
};

} // namespace

bool match(const Expr& pattern, const Term& term, Bindings& bindings, const CallFunction& call) {
    Matching matching(bindings, call);
    if (matching.run(pattern, term)) return true;
    matching.undo();
    return false;
}

} // namespace ddll::term
