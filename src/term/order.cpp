// Equality and the orders of terms, without recursion: mailboxes may hold terms of any depth.
#include "term/number.h"
#include "term/stack.h"
#include "term/term.h"

#include <algorithm>
#include <cstring>

namespace ddll::term {
namespace {

using Kind = Term::Kind;
using Pair = std::pair<Term, Term>;

// Two rows of terms that are compared side by side; maps step over the other half of each pair.
struct Rows {
    const Term* a;
    const Term* b;
    std::size_t left;
    std::size_t stride;
    bool keys;
};

static_assert(sizeof(Pair) == 2 * sizeof(Term), "keys and values lie evenly in a map's pairs");

// Rank in standard order; all numbers share one.
int rank(Kind k) {
    return k <= Kind::floating ? 0 : static_cast<int>(k);
}

unsigned last_byte(const Bits& b) {
    return b.data[b.size - 1] & (0xFF00U >> b.bits) & 0xFF;
}

std::strong_ordering compare_bits(const Bits& a, const Bits& b) {
    // Only whole bytes common to both are plain memory; the rest is at most one byte of each.
    const std::size_t whole_a = a.bits == 8 ? a.size : a.size - 1;
    const std::size_t whole_b = b.bits == 8 ? b.size : b.size - 1;
    const std::size_t common = std::min(whole_a, whole_b);
    if (common > 0)
        if (const int c = std::memcmp(a.data, b.data, common); c != 0) return c <=> 0;
    const std::size_t bits_a = (a.size - common) * 8 - (8U - a.bits), bits_b = (b.size - common) * 8 - (8U - b.bits);
    const std::size_t shared = std::min({bits_a, bits_b, std::size_t{8}});
    if (shared > 0) {
        const unsigned mask = (0xFF00U >> shared) & 0xFF;
        if (const auto c = (a.data[common] & mask) <=> (b.data[common] & mask); c != 0) return c;
    }
    return bits_a <=> bits_b;
}

std::strong_ordering compare_identities(const Identity& a, const Identity& b) {
    // One of our own has no foreign bytes, and so comes first.
    if (a.foreign.empty() && b.foreign.empty()) return a.number <=> b.number;
    return a.foreign <=> b.foreign;
}

bool same_bits(const Bits& a, const Bits& b) {
    if (a.size != b.size || a.bits != b.bits) return false;
    if (a.size == 0) return true;
    return std::memcmp(a.data, b.data, a.size - 1) == 0 && last_byte(a) == last_byte(b);
}

// Everything that has no terms inside.
bool same_leaf(const Term& a, const Term& b) {
    switch (a.kind()) {
    case Kind::integer:
        return a.as_integer() == b.as_integer();
    case Kind::big:
        return a.as_big() == b.as_big();
    case Kind::floating:
        return a.as_float() == b.as_float();
    case Kind::atom:
        return &a.as_atom() == &b.as_atom();
    case Kind::reference:
    case Kind::port:
    case Kind::pid:
        return compare_identities(a.identity(), b.identity()) == 0;
    case Kind::fun:
        return a.as_fun() == b.as_fun();
    case Kind::bits:
        return same_bits(a.as_bits(), b.as_bits());
    default:
        return true;
    }
}

std::weak_ordering compare_leaves(const Term& a, const Term& b, Order order) {
    switch (a.kind()) {
    case Kind::integer:
    case Kind::big:
    case Kind::floating:
        if (order == Order::map_keys && a.is(Kind::floating) != b.is(Kind::floating))
            return a.is(Kind::floating) ? std::weak_ordering::greater : std::weak_ordering::less;
        return compare_numbers(a, b);
    case Kind::atom:
        return &a.as_atom() == &b.as_atom() ? 0 <=> 0 : a.as_atom() <=> b.as_atom();
    case Kind::reference:
    case Kind::port:
    case Kind::pid:
        return compare_identities(a.identity(), b.identity());
    case Kind::fun:
        return a.as_fun() <=> b.as_fun();
    case Kind::bits:
        return compare_bits(a.as_bits(), b.as_bits());
    default:
        return std::weak_ordering::equivalent;
    }
}

bool has_terms_inside(Kind k) {
    return k == Kind::tuple || k == Kind::list || k == Kind::map;
}

} // namespace

bool operator==(const Term& first_a, const Term& first_b) {
    SmallStack<Rows> rows;
    const Term* a = &first_a;
    const Term* b = &first_b;
    while (true) {
        if (a->kind() != b->kind()) return false;
        if (!has_terms_inside(a->kind())) {
            if (!same_leaf(*a, *b)) return false;
        } else if (a->is(Kind::map)) {
            const auto &x = a->pairs(), &y = b->pairs();
            if (x.size() != y.size()) return false;
            if (&x != &y && !x.empty()) rows.push({&x[0].first, &y[0].first, 2 * x.size(), 1, false});
        } else {
            const bool list = a->is(Kind::list);
            const auto& x = list ? a->items() : a->elements();
            const auto& y = list ? b->items() : b->elements();
            if (x.size() != y.size()) return false;
            if (&x != &y) {
                if (list) rows.push({&a->tail(), &b->tail(), 1, 1, false});
                if (!x.empty()) rows.push({x.data(), y.data(), x.size(), 1, false});
            }
        }
        while (!rows.empty() && rows.top().left == 0) rows.pop();
        if (rows.empty()) return true;
        Rows& row = rows.top();
        a = row.a++;
        b = row.b++;
        --row.left;
    }
}

std::weak_ordering compare(const Term& first_a, const Term& first_b, Order wanted) {
    SmallStack<Rows> rows;
    // The first place where only the kind of number differs decides if nothing else does.
    auto tie = std::weak_ordering::equivalent;
    const Term* a = &first_a;
    const Term* b = &first_b;
    bool in_key = false;
    while (true) {
        const Order order = in_key ? Order::map_keys : wanted;
        if (const auto c = rank(a->kind()) <=> rank(b->kind()); c != 0) return c;
        if (!has_terms_inside(a->kind())) {
            const auto c = compare_leaves(*a, *b, order);
            if (c != 0) return c;
            if (tie == 0 && a->is(Kind::floating) != b->is(Kind::floating))
                tie = a->is(Kind::floating) ? std::weak_ordering::greater : std::weak_ordering::less;
        } else if (a->is(Kind::map)) {
            const auto &x = a->pairs(), &y = b->pairs();
            if (const auto c = x.size() <=> y.size(); c != 0) return c;
            if (&x != &y && !x.empty()) {
                rows.push({&x[0].second, &y[0].second, x.size(), 2, in_key});
                rows.push({&x[0].first, &y[0].first, x.size(), 2, true});
            }
        } else if (a->is(Kind::tuple)) {
            const auto &x = a->elements(), &y = b->elements();
            if (const auto c = x.size() <=> y.size(); c != 0) return c;
            if (&x != &y && !x.empty()) rows.push({x.data(), y.data(), x.size(), 1, in_key});
        } else {
            const auto &x = a->items(), &y = b->items();
            if (&x != &y) {
                // Where one list ends first, its tail meets the rest of the other: a list again, which suffices
                // to know, because a tail is never one.
                const Term* tail_a = x.size() > y.size() ? a : &a->tail();
                const Term* tail_b = y.size() > x.size() ? b : &b->tail();
                rows.push({tail_a, tail_b, 1, 1, in_key});
                rows.push({x.data(), y.data(), std::min(x.size(), y.size()), 1, in_key});
            }
        }
        while (!rows.empty() && rows.top().left == 0) rows.pop();
        if (rows.empty()) return wanted == Order::numeric ? std::weak_ordering::equivalent : tie;
        Rows& row = rows.top();
        a = row.a;
        b = row.b;
        in_key = row.keys;
        if (--row.left > 0) {
            row.a += row.stride;
            row.b += row.stride;
        }
    }
}

std::strong_ordering operator<=>(const Term& a, const Term& b) {
    const auto c = compare(a, b, Order::standard);
    return c < 0 ? std::strong_ordering::less : c > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
}

} // namespace ddll::term
