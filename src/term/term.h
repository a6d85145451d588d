#pragma once
/// term/ is the Erlang value: what scenarios write, drivers send and mailboxes hold.
/// It knows nothing of processes that run, ports that live or files; pids, ports and references are numbers here.
/// Read next: text.h (Erlang's text form), expr.h (calls and patterns), external.h (external term format).
///
/// A Term is an immutable value: copying shares, nothing is ever changed in place. Copies may be read from any
/// thread. Equality is Erlang's `=:=`, order is Erlang's standard term order.
#include "base/check.h"

#include <atomic>
#include <compare>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::term {

class Term;

/// An integer outside 64 bits. `magnitude` is little-endian, without leading (high) zero bytes.
struct BigInt {
    bool negative = false;
    std::vector<std::uint8_t> magnitude;
    bool operator==(const BigInt&) const = default;
};

/// A pid, port or reference. The host numbers its own; those that arrive in external format from another
/// node keep the bytes they came in (`foreign`, as long as their term), so that they compare and travel unchanged.
struct Identity {
    std::uint64_t number = 0; ///< 0 for a foreign one
    std::string_view foreign; ///< empty for one of the host's own
};

/// Bytes of a term: in the term itself, or memory that somebody else keeps alive (`owner`, such as a driver's binary).
/// Whoever wants to keep them keeps the term.
/// `bits` is the number of bits used of the last byte, 8 for whole bytes (and for no bytes at all).
struct Bits {
    std::shared_ptr<const void> owner;
    const std::uint8_t* data = nullptr;
    std::size_t size = 0; ///< bytes, the partly used last one included
    std::uint8_t bits = 8;

    std::string_view bytes() const { return {reinterpret_cast<const char*>(data), size}; }
};

/// The comparisons Erlang knows.
enum class Order {
    numeric,  ///< of `<` and `==`: 1 and 1.0 are equal
    standard, ///< the same with ties between integer and float broken, integer first: total, agrees with operator==
    map_keys, ///< every integer before every float, 0.5 after 2
};

class Term {
public:
    enum class Kind : std::uint8_t {
        integer,
        big,
        floating,
        atom,
        reference,
        fun,
        port,
        pid,
        tuple,
        map,
        nil,
        list,
        bits,
    };

    /// Nil; what was moved from is nil, too.
    Term() = default;
    Term(const Term& t) : value_(t.value_), kind_(t.kind_), shares_(t.shares_) {
        if (shares_) hold(*value_.shared);
    }
    Term(Term&& t) noexcept
        : value_(t.value_), kind_(std::exchange(t.kind_, Kind::nil)), shares_(std::exchange(t.shares_, false)) {}
    Term& operator=(Term t) noexcept {
        std::swap(value_, t.value_);
        std::swap(kind_, t.kind_);
        std::swap(shares_, t.shares_);
        return *this;
    }
    ~Term() {
        if (shares_) let_go();
    }

    static Term integer(std::int64_t n) { return Term(Kind::integer, {.integer = n}); }
    static Term unsigned_integer(std::uint64_t n);
    static Term big(BigInt n);      ///< normalises: gives a plain integer where 64 bits suffice
    static Term floating(double d); ///< finite: Erlang has no other floats
    /// At most 255 characters of UTF-8. Each text exists once and lives as long as the process, as in the emulator:
    /// equal atoms have equal addresses of their text. Text from outside is checked with is_atom_text first.
    static Term atom(std::string_view utf8);
    static Term boolean(bool b);
    static Term pid(std::uint64_t number) { return Term(Kind::pid, {.number = number}); }
    static Term port(std::uint64_t number) { return Term(Kind::port, {.number = number}); }
    static Term reference(std::uint64_t number) { return Term(Kind::reference, {.number = number}); }
    /// A pid, port or reference (`kind`) of another node, as its external format without the version byte.
    static Term foreign(Kind kind, std::string_view external);
    /// A fun, as its external format without the version byte: nothing here calls one, but drivers pass them on.
    static Term fun(std::string_view external);
    static Term nil() { return Term(); }
    /// `elements` are moved from.
    static Term tuple(std::span<Term> elements);
    static Term tuple(std::vector<Term> elements) { return tuple(std::span(elements)); }
    static Term list(std::vector<Term> elements);            ///< proper; nil when empty
    static Term list(std::vector<Term> elements, Term tail); ///< `tail` when `elements` is empty; flattens a list tail
    static Term bytes_list(std::string_view bytes);          ///< list of integers 0..255
    static Term string(std::string_view utf8); ///< list of code points; bytes that are no UTF-8 stay bytes
    /// `bits` are used of the last byte.
    static Term binary(std::string_view copied, std::uint8_t bits = 8);
    static Term bits(Bits b);
    /// `size` bytes from `data` on inside a binary or bitstring, whose memory is shared.
    static Term part(const Term& whole, const std::uint8_t* data, std::size_t size, std::uint8_t bits);
    /// Last of equal keys wins, as in a map literal.
    static Term map(std::vector<std::pair<Term, Term>> pairs);

    Kind kind() const { return kind_; }
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
    const std::string& as_atom() const;                                       ///< stays valid forever
    std::uint64_t as_pid() const { return number_of(Kind::pid); }             ///< 0 for a foreign one
    std::uint64_t as_port() const { return number_of(Kind::port); }           ///< 0 for a foreign one
    std::uint64_t as_reference() const { return number_of(Kind::reference); } ///< 0 for a foreign one
    Identity identity() const;                                                ///< of a pid, port or reference
    std::string_view as_fun() const; ///< its external format, as long as the term
    const Bits& as_bits() const;
    std::span<const Term> elements() const; ///< of a tuple
    const std::vector<Term>& items() const; ///< of a list; empty for nil
    const Term& tail() const;               ///< of a list or nil; nil when proper
    const std::vector<std::pair<Term, Term>>& pairs() const;

    /// The value of `key` in a map, nullptr when it has none.
    const Term* find(const Term& key) const;

    bool is_proper_list() const { return is(Kind::nil) || (is(Kind::list) && tail().is(Kind::nil)); }

    friend bool operator==(const Term& a, const Term& b);
    /// Erlang's standard order with 1 < 1.0 broken by kind (so that it is total and agrees with ==).
    friend std::strong_ordering operator<=>(const Term& a, const Term& b);
    friend std::weak_ordering compare(const Term& a, const Term& b, Order order);

private:
    // What several terms may hold at once, each kind in one piece of memory. The last holder ends it.
    struct Shared {
        std::atomic<std::uint32_t> holders{1};
    };
    struct SharedBig;
    struct SharedForeign;
    struct SharedTuple;
    struct SharedList;
    struct SharedMap;
    struct SharedBits;

    union Value {
        std::int64_t integer;
        double floating;
        const std::string* atom; // in the table of atoms
        std::uint64_t number;    // of a pid, port or reference
        Shared* shared;
    };

    explicit Term(Kind kind, Value value) : value_(value), kind_(kind) {}
    explicit Term(Kind kind, Shared* shared) : value_{.shared = shared}, kind_(kind), shares_(true) {}

    template <class T>
    const T& as() const {
        return *static_cast<const T*>(value_.shared);
    }
    std::uint64_t number_of(Kind kind) const {
        DDLL_CHECK(is(kind));
        return shares_ ? 0 : value_.number;
    }
    static void hold(Shared& s) { s.holders.fetch_add(1, std::memory_order_relaxed); }
    void let_go();
    void end(); // of value_.shared, without its last holder
    /// A new T in a memory block with `behind` bytes after it.
    template <class T>
    static T* block(std::size_t behind = 0);

    Value value_{.integer = 0};
    Kind kind_ = Kind::nil;
    bool shares_ = false;
};

// Nobody else makes these. Elements of a tuple and bytes of a copied binary follow directly.
struct Term::SharedBig : Shared {
    BigInt value;
};
struct Term::SharedForeign : Shared {
    std::string external;
};
struct Term::SharedTuple : Shared {
    std::uint32_t size = 0;
    Term* elements() { return reinterpret_cast<Term*>(this + 1); }
    const Term* elements() const { return reinterpret_cast<const Term*>(this + 1); }
};
/// One or more elements and a tail that is never itself a list: nil for a proper one.
struct Term::SharedList : Shared {
    std::vector<Term> items;
    Term tail;
};
/// Pairs sorted by key, keys distinct. Maps order their keys a little differently from everything else: all integers
/// come before all floats (measured on OTP 25; see Order::map_keys).
struct Term::SharedMap : Shared {
    std::vector<std::pair<Term, Term>> pairs;
};
struct Term::SharedBits : Shared {
    Bits value;
};

// Inline, because every comparison and conversion lives on these.
inline void Term::let_go() {
    // Who is the only holder needs no exchange with other threads.
    auto& holders = value_.shared->holders;
    if (holders.load(std::memory_order_acquire) == 1 || holders.fetch_sub(1, std::memory_order_acq_rel) == 1) end();
}

inline std::int64_t Term::as_integer() const {
    DDLL_CHECK(is(Kind::integer));
    return value_.integer;
}

inline const BigInt& Term::as_big() const {
    DDLL_CHECK(is(Kind::big));
    return as<SharedBig>().value;
}

inline double Term::as_float() const {
    DDLL_CHECK(is(Kind::floating));
    return value_.floating;
}

inline const std::string& Term::as_atom() const {
    DDLL_CHECK(is(Kind::atom));
    return *value_.atom;
}

inline Identity Term::identity() const {
    DDLL_CHECK(is(Kind::pid) || is(Kind::port) || is(Kind::reference));
    if (shares_) return {0, as<SharedForeign>().external};
    return {value_.number, {}};
}

inline std::string_view Term::as_fun() const {
    DDLL_CHECK(is(Kind::fun));
    return as<SharedForeign>().external;
}

inline const Bits& Term::as_bits() const {
    DDLL_CHECK(is(Kind::bits));
    return as<SharedBits>().value;
}

inline std::span<const Term> Term::elements() const {
    DDLL_CHECK(is(Kind::tuple));
    const auto& t = as<SharedTuple>();
    return {t.elements(), t.size};
}

inline const std::vector<Term>& Term::items() const {
    static const std::vector<Term> none;
    if (is(Kind::nil)) return none;
    DDLL_CHECK(is(Kind::list));
    return as<SharedList>().items;
}

inline const Term& Term::tail() const {
    if (is(Kind::nil)) return *this;
    DDLL_CHECK(is(Kind::list));
    return as<SharedList>().tail;
}

inline const std::vector<std::pair<Term, Term>>& Term::pairs() const {
    DDLL_CHECK(is(Kind::map));
    return as<SharedMap>().pairs;
}

std::weak_ordering compare(const Term& a, const Term& b, Order order);

/// Whether `text` may be an atom: valid UTF-8 of at most 255 characters.
bool is_atom_text(std::string_view text);

/// Whether a 64-bit emulator keeps it in one word, without memory of its own: atoms, integers of 60 bits, its pids and
/// ports, and nil. A few answers depend on it.
bool is_immediate(const Term& term);

/// {A, B, ...} of terms, for code that reads better so.
template <class... T>
Term make_tuple(T... elements) {
    Term all[] = {std::move(elements)...};
    return Term::tuple(std::span<Term>(all));
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
