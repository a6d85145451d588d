#pragma once
/// term/ is the Erlang value: what scenarios write, drivers send and mailboxes hold.
/// It knows nothing of processes that run, ports that live or files; pids, ports and references are numbers here.
/// Read next: text.h (Erlang's text form), expr.h (calls and patterns), external.h (external term format).
///
/// A Term is an immutable value: copying shares, nothing is ever changed in place. Copies may be read from any
/// thread. Equality is Erlang's `=:=`, order is Erlang's standard term order.
#include "base/check.h"

#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ddll::term {

class Term;

/// An integer outside 64 bits. `magnitude` is little-endian, without leading (high) zero bytes.
struct BigInt {
    bool negative = false;
    std::vector<std::uint8_t> magnitude;
    bool operator==(const BigInt&) const = default;
};

/// Text of an atom, UTF-8, at most 255 characters. Each text exists once and lives as long as the process, as in
/// the emulator: equal atoms have equal pointers.
struct Atom {
    const std::string* text;
};

/// A pid, port or reference. The host numbers its own; those that arrive in external format from another
/// node keep the bytes they came in (`foreign`), so that they compare and travel unchanged.
struct Identity {
    std::uint64_t number = 0;
    std::shared_ptr<const std::string> foreign;
};
struct Pid : Identity {};
struct Port : Identity {};
struct Reference : Identity {};

struct Nil {};

/// Bytes with an owner: a copy, or memory that somebody else keeps alive (a driver's binary).
/// `bits` is the number of bits used of the last byte, 8 for whole bytes (and for no bytes at all).
struct Bits {
    std::shared_ptr<const void> owner;
    const std::uint8_t* data = nullptr;
    std::size_t size = 0; ///< bytes, the partly used last one included
    std::uint8_t bits = 8;

    std::string_view bytes() const { return {reinterpret_cast<const char*>(data), size}; }
};

struct Tuple;

/// One or more elements and a tail that is never itself a List: nil for a proper list.
struct List;

/// Pairs sorted by key, keys distinct. Maps order their keys a little differently from everything else: all integers
/// come before all floats (measured on OTP 25; see Order::map_keys).
struct Map;

/// The comparisons Erlang knows.
enum class Order {
    numeric,  ///< of `<` and `==`: 1 and 1.0 are equal
    standard, ///< the same with ties between integer and float broken, integer first: total, agrees with operator==
    map_keys, ///< every integer before every float, 0.5 after 2
};

class Term {
public:
    enum class Kind : std::uint8_t { integer, big, floating, atom, reference, port, pid, tuple, map, nil, list, bits };

    Term() : value_(Nil{}) {}

    static Term integer(std::int64_t n) { return Term(Value(n)); }
    static Term unsigned_integer(std::uint64_t n);
    static Term big(BigInt n);      ///< normalises: gives a plain integer where 64 bits suffice
    static Term floating(double d); ///< finite: Erlang has no other floats
    /// At most 255 characters of UTF-8. Text from outside is checked with is_atom_text first.
    static Term atom(std::string_view utf8);
    static Term boolean(bool b);
    static Term pid(std::uint64_t number) { return Term(Value(Pid{{number, {}}})); }
    static Term port(std::uint64_t number) { return Term(Value(Port{{number, {}}})); }
    static Term reference(std::uint64_t number) { return Term(Value(Reference{{number, {}}})); }
    static Term pid(Pid p) { return Term(Value(std::move(p))); }
    static Term port(Port p) { return Term(Value(std::move(p))); }
    static Term reference(Reference r) { return Term(Value(std::move(r))); }
    static Term nil() { return Term(); }
    static Term tuple(std::vector<Term> elements);
    static Term list(std::vector<Term> elements);            ///< proper; nil when empty
    static Term list(std::vector<Term> elements, Term tail); ///< `tail` when `elements` is empty; flattens a list tail
    static Term bytes_list(std::string_view bytes);          ///< list of integers 0..255
    static Term string(std::string_view utf8); ///< list of code points; bytes that are no UTF-8 stay bytes
    static Term binary(std::string_view copied);
    static Term bits(Bits b);
    /// Last of equal keys wins, as in a map literal.
    static Term map(std::vector<std::pair<Term, Term>> pairs);

    Kind kind() const { return static_cast<Kind>(value_.index()); }
    bool is(Kind k) const { return kind() == k; }
    bool is_integer() const { return is(Kind::integer) || is(Kind::big); }
    bool is_list() const { return is(Kind::list) || is(Kind::nil); }
    bool is_binary() const { return is(Kind::bits) && as_bits().bits == 8; }
    bool is_atom(std::string_view text) const { return is(Kind::atom) && as_atom() == text; }
    bool is_tuple(std::size_t arity) const { return is(Kind::tuple) && elements().size() == arity; }

    // Each asks for the right kind; anything else is a bug (DDLL_CHECK).
    std::int64_t as_integer() const;
    const BigInt& as_big() const;
    double as_float() const;
    const std::string& as_atom() const; ///< stays valid for ever
    std::uint64_t as_pid() const;       ///< 0 for a foreign one
    std::uint64_t as_port() const;      ///< 0 for a foreign one
    std::uint64_t as_reference() const; ///< 0 for a foreign one
    const Identity& identity() const;   ///< of a pid, port or reference
    const Bits& as_bits() const;
    const std::vector<Term>& elements() const; ///< of a tuple
    const std::vector<Term>& items() const;    ///< of a list; empty for nil
    const Term& tail() const;                  ///< of a list or nil; nil when proper
    const std::vector<std::pair<Term, Term>>& pairs() const;

    /// The value of `key` in a map, nullptr when it has none.
    const Term* find(const Term& key) const;

    bool is_proper_list() const { return is(Kind::nil) || (is(Kind::list) && tail().is(Kind::nil)); }

    friend bool operator==(const Term& a, const Term& b);
    /// Erlang's standard order with 1 < 1.0 broken by kind (so that it is total and agrees with ==).
    friend std::strong_ordering operator<=>(const Term& a, const Term& b);
    friend std::weak_ordering compare(const Term& a, const Term& b, Order order);

private:
    static const std::vector<Term> no_items;

    using Value = std::variant<std::int64_t, std::shared_ptr<const BigInt>, double, Atom, Reference, Port, Pid,
                               std::shared_ptr<const Tuple>, std::shared_ptr<const Map>, Nil,
                               std::shared_ptr<const List>, std::shared_ptr<const Bits>>;
    explicit Term(Value v) : value_(std::move(v)) {}

    Value value_;
};

// What a Term shares; nobody else makes these. The destructors keep the stack flat however deep a term is.
struct Tuple {
    explicit Tuple(std::vector<Term> e) : elements(std::move(e)) {}
    Tuple(const Tuple&) = delete;
    ~Tuple();
    std::vector<Term> elements;
};

struct List {
    List(std::vector<Term> i, Term t) : items(std::move(i)), tail(std::move(t)) {}
    List(const List&) = delete;
    ~List();
    std::vector<Term> items;
    Term tail;
};

struct Map {
    explicit Map(std::vector<std::pair<Term, Term>> p) : pairs(std::move(p)) {}
    Map(const Map&) = delete;
    ~Map();
    std::vector<std::pair<Term, Term>> pairs;
};

// Inline, because every comparison and conversion lives on these.
inline std::int64_t Term::as_integer() const {
    DDLL_CHECK(is(Kind::integer));
    return std::get<std::int64_t>(value_);
}

inline const BigInt& Term::as_big() const {
    DDLL_CHECK(is(Kind::big));
    return *std::get<std::shared_ptr<const BigInt>>(value_);
}

inline double Term::as_float() const {
    DDLL_CHECK(is(Kind::floating));
    return std::get<double>(value_);
}

inline const std::string& Term::as_atom() const {
    DDLL_CHECK(is(Kind::atom));
    return *std::get<Atom>(value_).text;
}

inline std::uint64_t Term::as_pid() const {
    DDLL_CHECK(is(Kind::pid));
    return std::get<Pid>(value_).number;
}

inline std::uint64_t Term::as_port() const {
    DDLL_CHECK(is(Kind::port));
    return std::get<Port>(value_).number;
}

inline std::uint64_t Term::as_reference() const {
    DDLL_CHECK(is(Kind::reference));
    return std::get<Reference>(value_).number;
}

inline const Identity& Term::identity() const {
    if (is(Kind::pid)) return std::get<Pid>(value_);
    if (is(Kind::port)) return std::get<Port>(value_);
    DDLL_CHECK(is(Kind::reference));
    return std::get<Reference>(value_);
}

inline const Bits& Term::as_bits() const {
    DDLL_CHECK(is(Kind::bits));
    return *std::get<std::shared_ptr<const Bits>>(value_);
}

inline const std::vector<Term>& Term::elements() const {
    DDLL_CHECK(is(Kind::tuple));
    return std::get<std::shared_ptr<const Tuple>>(value_)->elements;
}

inline const std::vector<Term>& Term::items() const {
    if (is(Kind::nil)) return no_items;
    DDLL_CHECK(is(Kind::list));
    return std::get<std::shared_ptr<const List>>(value_)->items;
}

inline const Term& Term::tail() const {
    if (is(Kind::nil)) return *this;
    DDLL_CHECK(is(Kind::list));
    return std::get<std::shared_ptr<const List>>(value_)->tail;
}

inline const std::vector<std::pair<Term, Term>>& Term::pairs() const {
    DDLL_CHECK(is(Kind::map));
    return std::get<std::shared_ptr<const Map>>(value_)->pairs;
}

std::weak_ordering compare(const Term& a, const Term& b, Order order);

/// Whether `text` may be an atom: valid UTF-8 of at most 255 characters.
bool is_atom_text(std::string_view text);

/// {A, B, ...} of terms, for code that reads better so.
template <class... T>
Term make_tuple(T... elements) {
    std::vector<Term> v;
    v.reserve(sizeof...(elements));
    (v.push_back(std::move(elements)), ...);
    return Term::tuple(std::move(v));
}

// --- iolists, as the BIFs understand them ---------------------------------------------------------------------------

/// What becomes of a bitstring that is not whole bytes.
enum class LooseBits : std::uint8_t {
    refused,
    empty ///< one that has no whole byte counts as empty, others are refused: as ports take it (measured on OTP 25)
};

/// The bytes of a binary or of a (deep, possibly binary-ended) list of bytes and binaries; false for anything else,
/// with `out` in an unspecified state.
bool iolist_to_bytes(const Term& term, std::string& out, LooseBits loose = LooseBits::refused);

} // namespace ddll::term
