// Functions without effects, for use inside calls and patterns.
#include "base/text.h"
#include "calls/table.h"
#include "term/external.h"

#include <algorithm>

namespace ddll::calls {

using host::Host;
using term::Evaluated;
using term::Term;

namespace {

std::optional<std::string> characters(const Term& list) {
    if (!list.is_proper_list()) return std::nullopt;
    std::string text;
    for (const Term& item : list.items()) {
        if (!item.is(Term::Kind::integer) || item.as_integer() < 0 || item.as_integer() > 0x10FFFF) return std::nullopt;
        if (!append_utf8(text, static_cast<char32_t>(item.as_integer()))) return std::nullopt;
    }
    return text;
}

Evaluated list_to_binary(Host&, ProcessId, Args a) {
    std::string bytes;
    if (!a[0].is_list() || !term::iolist_to_bytes(a[0], bytes)) return badarg();
    return Evaluated::of(Term::binary(bytes));
}

Evaluated iolist_to_binary(Host&, ProcessId, Args a) {
    std::string bytes;
    if (!term::iolist_to_bytes(a[0], bytes)) return badarg();
    return Evaluated::of(Term::binary(bytes));
}

Evaluated binary_to_list(Host&, ProcessId, Args a) {
    return a[0].is_binary() ? Evaluated::of(Term::bytes_list(a[0].as_bits().bytes())) : badarg();
}

Evaluated list_to_atom(Host&, ProcessId, Args a) {
    const auto text = characters(a[0]);
    if (!text) return badarg();
    if (a[0].items().size() > 255) return Evaluated::raise("system_limit");
    return Evaluated::of(Term::atom(*text));
}

Evaluated atom_to_list(Host&, ProcessId, Args a) {
    return a[0].is(Term::Kind::atom) ? Evaluated::of(Term::string(a[0].as_atom())) : badarg();
}

Evaluated integer_to_list(Host&, ProcessId, Args a) {
    return a[0].is_integer() ? Evaluated::of(Term::string(term::print(a[0]))) : badarg();
}

// The text of one integer literal, as the parser reads it; Erlang's underscores, bases and $c are not for these BIFs.
Evaluated integer_of(const std::string& digits) {
    const std::size_t sign = digits.starts_with('-') || digits.starts_with('+') ? 1 : 0;
    if (digits.size() == sign || digits.find_first_not_of("0123456789", sign) != digits.npos) return badarg();
    const auto parsed = term::parse_expr(digits[0] == '+' ? digits.substr(1) : digits);
    if (!parsed) return badarg();
    return term::evaluate(**parsed, {}, {});
}

Evaluated list_to_integer(Host&, ProcessId, Args a) {
    const auto text = characters(a[0]);
    return text ? integer_of(*text) : badarg();
}

Evaluated binary_to_integer(Host&, ProcessId, Args a) {
    return a[0].is_binary() ? integer_of(std::string(a[0].as_bits().bytes())) : badarg();
}

Evaluated element(Host&, ProcessId, Args a) {
    if (!a[0].is(Term::Kind::integer) || !a[1].is(Term::Kind::tuple)) return badarg();
    const auto n = a[0].as_integer();
    if (n < 1 || n > static_cast<std::int64_t>(a[1].elements().size())) return badarg();
    return Evaluated::of(a[1].elements()[static_cast<std::size_t>(n - 1)]);
}

Evaluated size(std::size_t n) {
    return Evaluated::of(Term::integer(static_cast<std::int64_t>(n)));
}

Evaluated length(Host&, ProcessId, Args a) {
    return a[0].is_proper_list() ? size(a[0].items().size()) : badarg();
}

Evaluated byte_size(Host&, ProcessId, Args a) {
    return a[0].is(Term::Kind::bits) ? size(a[0].as_bits().size) : badarg();
}

Evaluated tuple_size(Host&, ProcessId, Args a) {
    return a[0].is(Term::Kind::tuple) ? size(a[0].elements().size()) : badarg();
}

Evaluated head(Host&, ProcessId, Args a) {
    return a[0].is(Term::Kind::list) ? Evaluated::of(a[0].items().front()) : badarg();
}

Evaluated tail(Host&, ProcessId, Args a) {
    if (!a[0].is(Term::Kind::list)) return badarg();
    return Evaluated::of(Term::list({a[0].items().begin() + 1, a[0].items().end()}, a[0].tail()));
}

Evaluated term_to_binary(Host& host, ProcessId, Args a) {
    return Evaluated::of(Term::binary(term::encode(a[0], host.release().term_atoms)));
}

Evaluated binary_to_term(Host&, ProcessId, Args a) {
    if (!a[0].is_binary()) return badarg();
    const auto decoded = term::decode(a[0].as_bits().bytes());
    return decoded ? Evaluated::of(decoded->term) : badarg();
}

Evaluated function_clause() {
    return Evaluated::raise("function_clause");
}

Evaluated last(Host&, ProcessId, Args a) {
    if (!a[0].is(Term::Kind::list) || !a[0].is_proper_list()) return function_clause();
    return Evaluated::of(a[0].items().back());
}

Evaluated member(Host&, ProcessId, Args a) {
    if (!a[1].is_list()) return badarg();
    const auto& items = a[1].items();
    const bool found = std::find(items.begin(), items.end(), a[0]) != items.end();
    // The tail is met only where the item is not.
    if (!found && !a[1].is_proper_list()) return badarg();
    return Evaluated::of(Term::boolean(found));
}

Evaluated sublist(Host&, ProcessId, Args a) {
    if (!a[0].is_list() || !a[1].is(Term::Kind::integer) || a[1].as_integer() < 0) return function_clause();
    const auto& items = a[0].items();
    if (!a[0].is_proper_list() && a[1].as_integer() > static_cast<std::int64_t>(items.size())) return function_clause();
    const auto n = std::min<std::int64_t>(a[1].as_integer(), static_cast<std::int64_t>(items.size()));
    return Evaluated::of(Term::list({items.begin(), items.begin() + n}));
}

// nth and nthtail count down by subtraction, after comparing with 1: whatever is no number is greater than one.
bool cannot_count_down(const Term& n, const Term& list) {
    return list.is(Term::Kind::list) && !n.is_integer() && !n.is(Term::Kind::floating);
}

Evaluated nth(Host&, ProcessId, Args a) {
    if (cannot_count_down(a[0], a[1])) return Evaluated::raise("badarith");
    if (!a[0].is(Term::Kind::integer) || !a[1].is_list()) return function_clause();
    const auto n = a[0].as_integer();
    if (n < 1 || n > static_cast<std::int64_t>(a[1].items().size())) return function_clause();
    return Evaluated::of(a[1].items()[static_cast<std::size_t>(n - 1)]);
}

Evaluated nthtail(Host&, ProcessId, Args a) {
    if (cannot_count_down(a[0], a[1])) return Evaluated::raise("badarith");
    if (!a[0].is(Term::Kind::integer) || !a[1].is_list()) return function_clause();
    const auto& items = a[1].items();
    const auto n = a[0].as_integer();
    if (n < 0 || n > static_cast<std::int64_t>(items.size())) return function_clause();
    return Evaluated::of(Term::list({items.begin() + n, items.end()}, a[1].tail()));
}

Evaluated reverse(Host&, ProcessId, Args a) {
    if (!a[0].is_proper_list()) return function_clause();
    return Evaluated::of(Term::list({a[0].items().rbegin(), a[0].items().rend()}));
}

Evaluated sort(Host&, ProcessId, Args a) {
    if (!a[0].is_proper_list()) return function_clause();
    std::vector<Term> items = a[0].items();
    // 1 and 1.0 are equal to it, and stay in their order.
    std::stable_sort(items.begin(), items.end(),
                     [](const Term& x, const Term& y) { return compare(x, y, term::Order::numeric) < 0; });
    return Evaluated::of(Term::list(std::move(items)));
}

// Bounded: a scenario has no use for more, and a typing mistake should not eat the memory.
constexpr std::int64_t longest_made_list = 10'000'000;

Evaluated seq(Host&, ProcessId, Args a) {
    if (!a[0].is(Term::Kind::integer) || !a[1].is(Term::Kind::integer)) return function_clause();
    const std::int64_t from = a[0].as_integer(), to = a[1].as_integer();
    if (to < from - 1) return function_clause();
    if (to - from >= longest_made_list) return Evaluated::raise("system_limit");
    std::vector<Term> items;
    for (std::int64_t i = from; i <= to; ++i) items.push_back(Term::integer(i));
    return Evaluated::of(Term::list(std::move(items)));
}

Evaluated duplicate(Host&, ProcessId, Args a) {
    if (!a[0].is(Term::Kind::integer) || a[0].as_integer() < 0) return function_clause();
    if (a[0].as_integer() > longest_made_list) return Evaluated::raise("system_limit");
    return Evaluated::of(Term::list(std::vector<Term>(static_cast<std::size_t>(a[0].as_integer()), a[1])));
}

Evaluated copy(Host&, ProcessId, Args a) {
    if (!a[0].is_binary() || !a[1].is(Term::Kind::integer) || a[1].as_integer() < 0) return badarg();
    const std::string_view bytes = a[0].as_bits().bytes();
    if (a[1].as_integer() > 0 && bytes.size() > (std::size_t{1} << 28) / static_cast<std::size_t>(a[1].as_integer()))
        return Evaluated::raise("system_limit");
    std::string all;
    for (std::int64_t i = 0; i < a[1].as_integer(); ++i) all += bytes;
    return Evaluated::of(Term::binary(all));
}

const Row pure_rows[] = {
    {"erlang", "list_to_binary", 1, list_to_binary, "bytes of a deep list"},
    {"erlang", "iolist_to_binary", 1, iolist_to_binary, "bytes of a deep list or binary"},
    {"erlang", "binary_to_list", 1, binary_to_list, "list of bytes"},
    {"erlang", "list_to_atom", 1, list_to_atom, "atom of a string"},
    {"erlang", "atom_to_list", 1, atom_to_list, "string of an atom"},
    {"erlang", "integer_to_list", 1, integer_to_list, "digits"},
    {"erlang", "list_to_integer", 1, list_to_integer, "number of digits"},
    {"erlang", "binary_to_integer", 1, binary_to_integer, "number of digits"},
    {"erlang", "element", 2, element, "element N of a tuple, from 1"},
    {"erlang", "length", 1, length, "length of a list"},
    {"erlang", "byte_size", 1, byte_size, "bytes of a binary"},
    {"erlang", "tuple_size", 1, tuple_size, "size of a tuple"},
    {"erlang", "hd", 1, head, "first item of a list"},
    {"erlang", "tl", 1, tail, "a list without its first item"},
    {"erlang", "term_to_binary", 1, term_to_binary, "external term format"},
    {"erlang", "binary_to_term", 1, binary_to_term, "from external term format"},
    {"lists", "last", 1, last, "last item"},
    {"lists", "member", 2, member, "is it among the items"},
    {"lists", "sublist", 2, sublist, "the first N items"},
    {"lists", "nth", 2, nth, "item N, from 1"},
    {"lists", "nthtail", 2, nthtail, "what follows the first N items"},
    {"lists", "reverse", 1, reverse, "the other way round"},
    {"lists", "sort", 1, sort, "in term order"},
    {"lists", "seq", 2, seq, "integers from, to"},
    {"lists", "duplicate", 2, duplicate, "N times the same item"},
    {"binary", "copy", 2, copy, "a binary N times"},
};

} // namespace

std::span<const Row> pure_functions() {
    return pure_rows;
}

} // namespace ddll::calls
