#include "term/abridge.h"

#include "term/external.h"

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::term {
namespace {

constexpr std::size_t long_binary = 256, long_list = 64;

// FNV-1a.
std::uint64_t digest(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

Term replaced(std::string_view what, std::size_t size, std::string_view bytes) {
    return make_tuple(Term::atom(what), Term::unsigned_integer(size), Term::unsigned_integer(digest(bytes)));
}

std::vector<Term> shortened(std::span<const Term> terms);

// Of the outer terms: what is deep inside is long only when something on the way is.
Term shortened(const Term& term) {
    switch (term.kind()) {
    case Term::Kind::bits:
        return term.as_bits().size > long_binary ? replaced("long binary", term.as_bits().size, encode(term)) : term;
    case Term::Kind::list:
        if (term.items().size() > long_list) return replaced("long list", term.items().size(), encode(term));
        return Term::list(shortened(term.items()), shortened(term.tail()));
    case Term::Kind::tuple:
        return Term::tuple(shortened(term.elements()));
    case Term::Kind::map: {
        std::vector<std::pair<Term, Term>> pairs;
        for (const auto& [key, value] : term.pairs()) pairs.emplace_back(key, shortened(value));
        return Term::map(std::move(pairs));
    }
    default:
        return term;
    }
}

std::vector<Term> shortened(std::span<const Term> terms) {
    std::vector<Term> out;
    for (const Term& term : terms) out.push_back(shortened(term));
    return out;
}

} // namespace

Term abridged(const Term& term, std::size_t at_most) {
    const std::string whole = encode(term);
    if (whole.size() <= at_most) return term;
    // Terms nest deeper than a stack of calls may: those that do are not looked into.
    constexpr std::size_t deep = 1'000;
    const auto tall = [](const Term& t) {
        std::vector<std::pair<const Term*, std::size_t>> open{{&t, 1}};
        while (!open.empty()) {
            const auto [at, depth] = open.back();
            open.pop_back();
            if (depth > deep) return true;
            if (at->is(Term::Kind::tuple))
                for (const Term& e : at->elements()) open.emplace_back(&e, depth + 1);
            if (at->is(Term::Kind::list)) {
                for (const Term& e : at->items()) open.emplace_back(&e, depth + 1);
                open.emplace_back(&at->tail(), depth + 1);
            }
            if (at->is(Term::Kind::map))
                for (const auto& [key, value] : at->pairs()) open.emplace_back(&value, depth + 1);
        }
        return false;
    };
    if (!tall(term)) {
        Term kept = shortened(term);
        if (encode(kept).size() <= at_most) return kept;
    }
    return replaced("long term", whole.size(), whole);
}

void encode_abridged(const Term& term, std::size_t at_most, std::string& out) {
    const std::size_t before = out.size();
    encode_to(term, out);
    if (out.size() - before <= at_most) return;
    out.resize(before);
    encode_to(abridged(term, at_most), out);
}

} // namespace ddll::term
