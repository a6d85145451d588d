#pragma once
/// The bytes of one entry: a head, the time, the fields in the order of kinds.h (a string as its length), then the
/// strings' bytes. Numbers are written seven bits at a time: most are small, and getting fresh memory pages costs far
/// more than the shifting. Only journal.cpp includes this.
#include "base/prose.h"
#include "journal/kinds.h"
#include "words/findings.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ddll::journal::codec {

struct Head {
    std::uint32_t size; ///< of the whole entry, a multiple of `alignment`; written last, 0 until the entry is complete
    std::uint32_t seq;  ///< its lower half: a check
    std::uint16_t thread;
    std::uint8_t kind; ///< index in Event
    std::uint8_t cut;
};
static_assert(sizeof(Head) == 12);

inline constexpr std::size_t alignment = 4;
inline constexpr std::size_t longest_number = 10;
/// Head and time.
inline constexpr std::size_t least_entry = (sizeof(Head) + 1 + alignment - 1) / alignment * alignment;

constexpr std::size_t aligned(std::size_t n) {
    return (n + alignment - 1) / alignment * alignment;
}

// --- numbers ---------------------------------------------------------------------------------------------------------

inline std::byte* put(std::byte* at, std::uint64_t n) {
    while (n >= 0x80) [[unlikely]] {
            *at++ = static_cast<std::byte>(n | 0x80);
            n >>= 7;
        }
    *at++ = static_cast<std::byte>(n);
    return at;
}

/// Null when the bytes end first or make more than 64 bits.
inline const std::byte* get(const std::byte* at, const std::byte* end, std::uint64_t& n) {
    n = 0;
    for (unsigned shift = 0; shift < 64 && at != end; shift += 7) {
        const auto b = std::to_integer<std::uint64_t>(*at++);
        n |= (b & 0x7f) << shift;
        if (b < 0x80) return at;
    }
    return nullptr;
}

/// Small negative numbers become small ones too.
constexpr std::uint64_t fold(std::int64_t n) {
    return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63);
}
constexpr std::int64_t unfold(std::uint64_t n) {
    return static_cast<std::int64_t>((n >> 1) ^ (~(n & 1) + 1));
}

// --- fields as numbers
// -------------------------------------------------------------------------------------------------

template <class T>
inline constexpr bool is_string = std::is_same_v<T, std::string_view>;

template <class T>
constexpr std::uint64_t to_number(const T& value) {
    if constexpr (std::is_enum_v<T>)
        return static_cast<std::uint64_t>(value);
    else if constexpr (std::is_same_v<T, bool>)
        return value ? 1 : 0;
    else if constexpr (std::is_signed_v<T>)
        return fold(value);
    else if constexpr (std::is_integral_v<T>)
        return value;
    else
        return value.value;
}

/// False when `n` is no value of the type.
template <class T>
bool from_number(std::uint64_t n, T& value) {
    if constexpr (std::is_enum_v<T>) {
        const auto known = words::numbered<T>(n);
        if (!known) return false;
        value = *known;
    } else if constexpr (std::is_same_v<T, bool>) {
        if (n > 1) return false;
        value = n == 1;
    } else if constexpr (std::is_signed_v<T>) {
        value = static_cast<T>(unfold(n));
    } else if constexpr (std::is_integral_v<T>) {
        value = static_cast<T>(n);
        if (value != n) return false;
    } else {
        value.value = n;
    }
    return true;
}

// --- events ----------------------------------------------------------------------------------------------------------

template <class E, class V>
struct IndexOf;
template <class E, class... A>
struct IndexOf<E, std::variant<A...>> {
    static constexpr std::size_t value = [] {
        std::size_t i = 0;
        (void)((std::is_same_v<E, A> || (++i, false)) || ...);
        return i;
    }();
};

/// Room that `event` takes at most. `cut` tells whether a payload is too long to be kept whole.
template <class E>
inline std::size_t most_size_of(const E& event, bool& cut) {
    std::size_t size = sizeof(Head) + longest_number + alignment;
    for_each_field(event, [&](const auto&, const auto& value) {
        size += longest_number;
        if constexpr (is_string<std::decay_t<decltype(value)>>) {
            cut |= value.size() > payload_limit;
            size += std::min(value.size(), payload_limit);
        }
    });
    return size;
}

/// Writes everything but the head; gives the end.
template <class E>
inline std::byte* encode(const E& event, std::int64_t time, std::byte* at) {
    at = put(at, fold(time));
    for_each_field(event, [&](const auto&, const auto& value) {
        if constexpr (is_string<std::decay_t<decltype(value)>>)
            at = put(at, std::min(value.size(), payload_limit));
        else
            at = put(at, to_number(value));
    });
    for_each_field(event, [&](const auto& f, const auto& value) {
        if constexpr (is_string<std::decay_t<decltype(value)>>) {
            const std::size_t length = std::min(value.size(), payload_limit);
            if (length > 0) std::memcpy(at, value.data(), length);
            if (f.shape == Shape::prose) touch_prose(reinterpret_cast<char*>(at), length);
            at += length;
        }
    });
    return at;
}

/// Reads what encode wrote, from bytes that may be anything. False when they are no such event.
template <class E>
bool decode(const std::byte* at, const std::byte* end, E& event) {
    const auto number = [&](std::uint64_t& n) { return at && (at = get(at, end, n)); };
    std::size_t lengths[std::tuple_size_v<decltype(kind<E>.fields)> + 1] = {};
    std::size_t i = 0;
    bool good = true;
    for_each_field(event, [&](const auto& f, const auto& old) {
        std::uint64_t n = 0;
        good = good && number(n);
        if constexpr (is_string<std::decay_t<decltype(old)>>)
            lengths[i++] = n;
        else
            good = good && from_number(n, event.*(f.member));
    });
    i = 0;
    for_each_field(event, [&](const auto& f, const auto& old) {
        if constexpr (is_string<std::decay_t<decltype(old)>>) {
            const std::size_t length = lengths[i++];
            good = good && length <= static_cast<std::size_t>(end - at);
            if (!good) return;
            event.*(f.member) = {reinterpret_cast<const char*>(at), length};
            at += length;
        }
    });
    return good;
}

template <std::size_t I>
bool decode_as(const std::byte* at, const std::byte* end, Event& out) {
    return decode(at, end, out.emplace<I>());
}

template <std::size_t... I>
bool decode_any(std::size_t index, const std::byte* at, const std::byte* end, Event& out, std::index_sequence<I...>) {
    using Decoder = bool (*)(const std::byte*, const std::byte*, Event&);
    static constexpr Decoder decoders[] = {&decode_as<I>...};
    return index < sizeof...(I) && decoders[index](at, end, out);
}

} // namespace ddll::journal::codec
