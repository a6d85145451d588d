#include "term/term.h"

#include "base/text.h"
#include "term/stack.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <new>

namespace ddll::term {
namespace {

struct AtomEntry {
    std::string text;
    AtomEntry* next;
};

// Atoms are made by any thread, also between fork and the child's first steps, so the table has no lock that could
// be held by a thread that is gone: entries are only ever pushed in front of a chain.
std::array<std::atomic<AtomEntry*>, 16384> atom_table;

const AtomEntry* find_atom(const AtomEntry* entry, const AtomEntry* end, std::string_view text) {
    for (; entry != end; entry = entry->next)
        if (entry->text == text) return entry;
    return nullptr;
}

const std::string* intern(std::string_view text) {
    auto& head = atom_table[std::hash<std::string_view>{}(text) % atom_table.size()];
    AtomEntry* seen = head.load(std::memory_order_acquire);
    if (const auto* found = find_atom(seen, nullptr, text)) return &found->text;
    DDLL_CHECK_MSG(is_atom_text(text), text);
    auto* entry = new AtomEntry{std::string(text), seen};
    while (!head.compare_exchange_weak(entry->next, entry, std::memory_order_acq_rel)) {
        // Somebody was faster, perhaps with the same text: only what is new in front needs a look.
        if (const auto* found = find_atom(entry->next, seen, text)) {
            delete entry;
            return &found->text;
        }
        seen = entry->next;
    }
    return &entry->text;
}

// Terms deeper than this are taken apart in a loop instead of by nested destructors.
constexpr int max_nested_destructors = 64;
thread_local int nested_destructors = 0;
thread_local std::vector<Term>* deferred = nullptr;

void defer(Term& t) {
    if (deferred == nullptr) deferred = new std::vector<Term>;
    deferred->push_back(std::move(t));
}
void defer(std::pair<Term, Term>& pair) {
    defer(pair.first);
    defer(pair.second);
}

// Leaves nothing but nil behind.
template <class Children>
void take_apart(Children&& children) {
    if (nested_destructors >= max_nested_destructors) {
        for (auto& child : children) defer(child);
        return;
    }
    ++nested_destructors;
    for (auto& child : children) child = {};
    if (nested_destructors == 1) {
        while (deferred != nullptr) {
            auto* batch = std::exchange(deferred, nullptr);
            delete batch;
        }
    }
    --nested_destructors;
}

} // namespace

void Term::end() {
    // Every block is raw memory with the object in front (see block).
    const auto finish = []<class T>(const T& shared, auto take_apart_first) {
        auto& s = const_cast<T&>(shared);
        take_apart_first(s);
        s.~T();
        ::operator delete(&s);
    };
    const auto nothing = [](const auto&) {};
    switch (kind_) {
    case Kind::big:
        return finish(as<SharedBig>(), nothing);
    case Kind::reference:
    case Kind::fun:
    case Kind::port:
    case Kind::pid:
        return finish(as<SharedForeign>(), nothing);
    case Kind::tuple:
        return finish(as<SharedTuple>(), [](SharedTuple& t) { take_apart(std::span(t.elements(), t.size)); });
    case Kind::list:
        return finish(as<SharedList>(), [](SharedList& l) { take_apart(l.items); });
    case Kind::map:
        return finish(as<SharedMap>(), [](SharedMap& m) { take_apart(m.pairs); });
    case Kind::bits:
        return finish(as<SharedBits>(), nothing);
    case Kind::integer:
    case Kind::floating:
    case Kind::atom:
    case Kind::nil:
        break; // share nothing
    }
}

template <class T>
T* Term::block(std::size_t behind) {
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    return new (::operator new(sizeof(T) + behind)) T;
}

bool is_atom_text(std::string_view text) {
    if (text.size() > 255 * 4) return false;
    for (int count = 0; !text.empty(); ++count)
        if (count == 255 || !take_utf8(text)) return false;
    return true;
}

bool is_immediate(const Term& term) {
    constexpr std::int64_t end_of_small = std::int64_t{1} << 59;
    switch (term.kind()) {
    case Term::Kind::integer:
        return term.as_integer() >= -end_of_small && term.as_integer() < end_of_small;
    case Term::Kind::port:
    case Term::Kind::pid:
        return term.identity().foreign.empty();
    default:
        return term.is(Term::Kind::atom) || term.is(Term::Kind::nil);
    }
}

Term Term::unsigned_integer(std::uint64_t n) {
    if (n <= static_cast<std::uint64_t>(INT64_MAX)) return integer(static_cast<std::int64_t>(n));
    BigInt b;
    for (; n != 0; n >>= 8) b.magnitude.push_back(static_cast<std::uint8_t>(n));
    return big(std::move(b));
}

Term Term::big(BigInt n) {
    while (!n.magnitude.empty() && n.magnitude.back() == 0) n.magnitude.pop_back();
    if (n.magnitude.size() <= 8) {
        std::uint64_t m = 0;
        for (std::size_t i = n.magnitude.size(); i-- > 0;) m = m << 8 | n.magnitude[i];
        if (!n.negative && m <= static_cast<std::uint64_t>(INT64_MAX)) return integer(static_cast<std::int64_t>(m));
        if (n.negative && m <= std::uint64_t{1} << 63) return integer(static_cast<std::int64_t>(0 - m));
    }
    auto* made = block<SharedBig>();
    made->value = std::move(n);
    return Term(Kind::big, made);
}

Term Term::floating(double d) {
    DDLL_CHECK(std::isfinite(d));
    return Term(Kind::floating, {.floating = d});
}

Term Term::atom(std::string_view utf8) {
    return Term(Kind::atom, {.atom = intern(utf8)});
}

Term Term::boolean(bool b) {
    static const Term yes = atom("true"), no = atom("false");
    return b ? yes : no;
}

Term Term::foreign(Kind kind, std::string_view external) {
    DDLL_CHECK((kind == Kind::pid || kind == Kind::port || kind == Kind::reference) && !external.empty());
    auto* made = block<SharedForeign>();
    made->external = external;
    return Term(kind, made);
}

Term Term::fun(std::string_view external) {
    auto* made = block<SharedForeign>();
    made->external = external;
    return Term(Kind::fun, made);
}

Term Term::tuple(std::span<Term> elements) {
    DDLL_CHECK(elements.size() <= UINT32_MAX);
    auto* made = block<SharedTuple>(elements.size_bytes());
    made->size = static_cast<std::uint32_t>(elements.size());
    std::uninitialized_move(elements.begin(), elements.end(), made->elements());
    return Term(Kind::tuple, made);
}

Term Term::list(std::vector<Term> elements) {
    return list(std::move(elements), Term());
}

Term Term::list(std::vector<Term> elements, Term tail) {
    if (elements.empty()) return tail;
    if (tail.is(Kind::list)) {
        elements.insert(elements.end(), tail.items().begin(), tail.items().end());
        Term end = tail.tail();
        tail = std::move(end);
    }
    auto* made = block<SharedList>();
    made->items = std::move(elements);
    made->tail = std::move(tail);
    return Term(Kind::list, made);
}

Term Term::bytes_list(std::string_view bytes) {
    std::vector<Term> items;
    items.reserve(bytes.size());
    for (const char c : bytes) items.push_back(integer(static_cast<unsigned char>(c)));
    return list(std::move(items));
}

Term Term::string(std::string_view utf8) {
    if (!valid_utf8(utf8)) return bytes_list(utf8);
    std::vector<Term> items;
    items.reserve(utf8.size());
    while (auto c = take_utf8(utf8)) items.push_back(integer(*c));
    return list(std::move(items));
}

Term Term::binary(std::string_view copied, std::uint8_t bits) {
    DDLL_CHECK(bits >= 1 && bits <= 8 && (!copied.empty() || bits == 8));
    auto* made = block<SharedBits>(copied.size());
    if (!copied.empty()) {
        auto* bytes = reinterpret_cast<std::uint8_t*>(made + 1);
        std::memcpy(bytes, copied.data(), copied.size());
        made->value.data = bytes;
        made->value.size = copied.size();
        made->value.bits = bits;
    }
    return Term(Kind::bits, made);
}

Term Term::bits(Bits b) {
    DDLL_CHECK(b.bits >= 1 && b.bits <= 8 && (b.size > 0 || b.bits == 8));
    auto* made = block<SharedBits>();
    made->value = std::move(b);
    return Term(Kind::bits, made);
}

Term Term::part(const Term& whole, const std::uint8_t* data, std::size_t size, std::uint8_t bits) {
    const auto& owner = whole.as_bits().owner;
    return Term::bits({owner ? owner : std::make_shared<const Term>(whole), data, size, bits});
}

Term Term::map(std::vector<std::pair<Term, Term>> pairs) {
    std::stable_sort(pairs.begin(), pairs.end(),
                     [](const auto& a, const auto& b) { return compare(a.first, b.first, Order::map_keys) < 0; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        const bool repeated = i + 1 < pairs.size() && pairs[i].first == pairs[i + 1].first;
        if (repeated) continue;
        if (kept != i) pairs[kept] = std::move(pairs[i]);
        ++kept;
    }
    pairs.resize(kept);
    auto* made = block<SharedMap>();
    made->pairs = std::move(pairs);
    return Term(Kind::map, made);
}

const Term* Term::find(const Term& key) const {
    const auto& all = pairs();
    const auto at = std::lower_bound(all.begin(), all.end(), key, [](const auto& pair, const Term& k) {
        return compare(pair.first, k, Order::map_keys) < 0;
    });
    return at != all.end() && at->first == key ? &at->second : nullptr;
}

bool iolist_to_bytes(const Term& term, std::string& out, LooseBits loose) {
    struct Position {
        const Term* next;
        const Term* end;
        const Term* tail;
    };
    const auto append_binary = [&out, loose](const Term& t) {
        if (!t.is(Term::Kind::bits)) return false;
        if (!t.is_binary()) return loose == LooseBits::empty && t.as_bits().size == 1;
        out += t.as_bits().bytes();
        return true;
    };
    if (!term.is_list()) return append_binary(term);
    const auto place_of = [](const Term& list) {
        const auto& items = list.items();
        return Position{items.data(), items.data() + items.size(), &list.tail()};
    };
    SmallStack<Position> open;
    open.push(place_of(term));
    while (!open.empty()) {
        Position& place = open.top();
        if (place.next == place.end) {
            const Term& tail = *place.tail;
            open.pop();
            if (!tail.is(Term::Kind::nil) && !append_binary(tail)) return false;
            continue;
        }
        const Term& item = *place.next++;
        if (item.is(Term::Kind::integer)) {
            const std::int64_t n = item.as_integer();
            if (n < 0 || n > 255) return false;
            out += static_cast<char>(n);
        } else if (item.is_list()) {
            open.push(place_of(item));
        } else if (!append_binary(item)) {
            return false;
        }
    }
    return true;
}

} // namespace ddll::term
