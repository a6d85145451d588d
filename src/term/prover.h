#pragma once
/// Proof that bytes are one term in external format: everything ei takes on trust.
#include <cstddef>
#include <optional>
#include <string_view>

namespace ddll::term {

/// How deep terms may nest; the tail of a list is not deeper than its items.
inline constexpr std::size_t max_external_nesting = 100'000;

/// The length of the term at the front of `bytes` (no version byte), when every tag is known, every length lies
/// inside `bytes`, and every atom, float and identity is one. Duplicate keys of maps are not looked for.
std::optional<std::size_t> prove_external(std::string_view bytes);

/// Text of the old float form: as the emulator reads it, up to a zero byte or the end.
std::optional<double> old_float(std::string_view text);

/// Big-endian.
std::uint64_t read_number(std::string_view bytes, std::size_t at, std::size_t size);

} // namespace ddll::term
