#pragma once
/// How the numbers of pids, ports and references are spread over the fields of their text and external forms.
#include "term/term.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ddll::term {

/// A pid's number wraps into its serial, <0.32767.0> is followed by <0.0.1>.
inline constexpr int pid_bits = 15;
inline constexpr std::uint64_t pid_mask = (1U << pid_bits) - 1;

/// The first word of a reference is shorter than the others.
inline constexpr int reference_bits = 18;
inline constexpr std::uint64_t reference_mask = (1U << reference_bits) - 1;

/// In the order of the external format, which is the reverse of the text form's.
inline std::array<std::uint32_t, 3> reference_words(std::uint64_t number) {
    return {static_cast<std::uint32_t>(number & reference_mask), static_cast<std::uint32_t>(number >> reference_bits),
            static_cast<std::uint32_t>(number >> reference_bits >> 32)};
}

/// The reverse; nothing where a word is too large to be a local reference's.
inline std::optional<std::uint64_t> reference_number(std::uint64_t first, std::uint64_t second, std::uint64_t third) {
    if (first > reference_mask || second > UINT32_MAX || third >> (32 - reference_bits) != 0) return std::nullopt;
    return third << 32 << reference_bits | second << reference_bits | first;
}

inline std::optional<std::uint64_t> pid_number(std::uint64_t number, std::uint64_t serial) {
    if (number > pid_mask || serial >> (64 - pid_bits) != 0) return std::nullopt;
    return serial << pid_bits | number;
}

/// What every external form begins with.
inline constexpr unsigned char version_byte = 131;

/// The pid, port or reference of another node whose external form (without version byte) `bytes` is; nothing for
/// anything else, a local one or trailing bytes included. `kind` is what is wanted.
std::optional<Term> foreign_identity(std::string_view bytes, Term::Kind kind);

} // namespace ddll::term
