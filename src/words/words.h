#pragma once
/// words/ is the vocabulary that layers share: plain enumerations, each with the spellings of its values. It knows no
/// other folder, and nothing in it runs, opens or decides anything. Longer tables are .def files, which the build, the
/// scripts and the tests read as well. Read next: emulator.h (what a driver and its emulator can be in), driver_api.h,
/// lifecycle_rows.h.
///
/// Of every enumeration E of this folder: name(e), named<E>(text), numbered<E>(number), all<E>, count<E>.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>

namespace ddll::words {

/// Specialised for each enumeration: the spelling of every value, in the order of their numbers from 0. An empty one
/// means that the value is not shown.
template <class E>
inline constexpr bool spellings = false;

template <class E>
inline constexpr std::size_t count = std::size(spellings<E>);

template <class E>
inline constexpr std::array<E, count<E>> all = [] {
    std::array<E, count<E>> out{};
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<E>(i);
    return out;
}();

/// As people and files spell it; "?" for a number that is no value.
template <class E>
requires std::is_enum_v<E>
constexpr const char* name(E value) {
    const auto i = static_cast<std::size_t>(value);
    return i < count<E> ? spellings<E>[i] : "?";
}

/// The value that is spelled so.
template <class E>
constexpr std::optional<E> named(std::string_view text) {
    if (!text.empty())
        for (const E value : all<E>)
            if (text == name(value)) return value;
    return std::nullopt;
}

/// The value of that number, for bytes and files that may hold anything.
template <class E>
constexpr std::optional<E> numbered(std::uint64_t number) {
    if (number < count<E>) return static_cast<E>(number);
    return std::nullopt;
}

} // namespace ddll::words

#define DDLL_WORD_ENUMERATOR(enumerator, spelling) enumerator,
#define DDLL_WORD_SPELLING(enumerator, spelling) spelling,
/// Inside ddll::words: an enumeration and its spellings from a list of X(enumerator, spelling).
#define DDLL_WORDS(Type, list)                                                                                         \
    enum class Type : std::uint8_t { list(DDLL_WORD_ENUMERATOR) };                                                     \
    template <>                                                                                                        \
    inline constexpr auto spellings<Type> = std::array{list(DDLL_WORD_SPELLING)};

#define DDLL_PLAIN_WORD(enumerator) enumerator,
#define DDLL_PLAIN_WORD_SPELLING(enumerator) #enumerator,
/// The same from a list of X(enumerator), each of which is spelled as it is named.
#define DDLL_PLAIN_WORDS(Type, list)                                                                                   \
    enum class Type : std::uint8_t { list(DDLL_PLAIN_WORD) };                                                          \
    template <>                                                                                                        \
    inline constexpr auto spellings<Type> = std::array{list(DDLL_PLAIN_WORD_SPELLING)};
