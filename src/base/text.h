#pragma once
/// Small text helpers that more than one layer needs: kinds of characters, plurals, suggestions, lists in words, UTF-8.
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll {

// Characters of ASCII, whatever the locale says.
constexpr bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
constexpr bool is_lower(char c) {
    return c >= 'a' && c <= 'z';
}
constexpr bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}
constexpr char to_lower(char c) {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
constexpr bool is_alnum(char c) {
    return is_digit(c) || is_lower(c) || is_upper(c);
}
constexpr bool is_word(char c) {
    return is_alnum(c) || c == '_';
}

/// What follows a noun behind the number `n`: "s", unless that is one.
constexpr std::string_view plural(std::uint64_t n) {
    return n == 1 ? "" : "s";
}
/// "1 port", "2 ports".
std::string counted(std::uint64_t n, std::string_view what);

/// The candidate nearest to `word` (edit distance with transpositions, case folded), or nothing when
/// none is near enough to be meant. Ties: the first.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string_view> candidates);

/// "a, b or c".
std::string one_of(std::span<const std::string_view> words);

/// Appends `code_point` as UTF-8; false (and nothing appended) for surrogates and above 0x10FFFF.
bool append_utf8(std::string& out, char32_t code_point);

/// Decodes one code point at the front of `text` and drops it; nothing when `text` does not begin with valid UTF-8.
std::optional<char32_t> take_utf8(std::string_view& text);

bool valid_utf8(std::string_view text);

/// Bytes read as Latin-1, written as UTF-8.
std::string latin1_to_utf8(std::string_view bytes);

/// The file's bytes, or an error that names the file and the system's reason. Refuses more than `limit` bytes.
Result<std::string> read_file(const std::string& path, std::size_t limit);

} // namespace ddll
