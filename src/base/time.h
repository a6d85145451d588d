#pragma once
/// Virtual time: nanoseconds since the host began. It moves only when a scenario advances it.
#include "base/result.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace ddll {

struct Duration {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(const Duration&, const Duration&) = default;
    friend constexpr Duration operator+(Duration a, Duration b) { return {a.ns + b.ns}; }
};

struct VirtualTime {
    std::int64_t ns = 0;
    friend constexpr auto operator<=>(const VirtualTime&, const VirtualTime&) = default;
    /// Stops at the end of time, some 292 years from the beginning: what is due later is due then.
    friend constexpr VirtualTime operator+(VirtualTime t, Duration d) {
        constexpr std::int64_t end = INT64_MAX;
        return {d.ns > 0 && t.ns > end - d.ns ? end : t.ns + d.ns};
    }
    friend constexpr Duration operator-(VirtualTime a, VirtualTime b) { return {a.ns - b.ns}; }
};

constexpr Duration milliseconds(std::int64_t n) {
    return {n * 1'000'000};
}

/// "250ms", "1.5s", "20us", "3min", "0". Negative and unit-less non-zero values are errors.
Result<Duration> parse_duration(std::string_view text);

/// The shortest exact form with one unit: "250ms", "1.5s", "0ms".
std::string to_string(Duration d);

} // namespace ddll
