#pragma once
/// Integer arithmetic on terms: 64 bits where they suffice, gmp beyond.
#include "term/term.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::term {

/// Larger results are a system_limit, as in the emulator (whose own limit is of the same size).
inline constexpr std::size_t max_integer_bits = std::size_t{1} << 22;

/// Text to integer; `digits` holds nothing but digits of `base` (2..36), at least one.
Term integer_from_digits(std::string_view digits, int base, bool negative = false);

std::string integer_to_text(const Term& integer, int base = 10);

enum class Arithmetic { add, subtract, multiply, divide, remainder };

/// Both must be integers, the divisor not zero. Division truncates. Nothing when the result is too large.
std::optional<Term> arithmetic(Arithmetic what, const Term& a, const Term& b);

Term negate(const Term& integer);

/// The nearest double, or nothing where it would be infinite.
std::optional<double> integer_to_double(const Term& integer);

/// Exact, without rounding either side. Any mix of integers and floats.
std::weak_ordering compare_numbers(const Term& a, const Term& b);

/// Two's complement: the lowest `bits` bits, most significant byte first, (bits + 7) / 8 bytes.
std::string low_bits(const Term& integer, std::size_t bits);

/// The reverse of low_bits: `bytes` are most significant first.
Term integer_from_bits(std::string_view bytes, std::size_t bits, bool is_signed);

} // namespace ddll::term
