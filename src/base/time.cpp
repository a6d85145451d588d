#include "base/time.h"

#include "base/text.h"

#include <fmt/format.h>

#include <limits>

namespace ddll {
namespace {

struct Unit {
    std::string_view name;
    std::int64_t ns;
};

constexpr Unit units[] = {
    {"ns", 1},
    {"us", 1'000},
    {"ms", 1'000'000},
    {"s", 1'000'000'000},
    {"min", 60'000'000'000},
    {"h", 3'600'000'000'000},
};

} // namespace

Result<Duration> parse_duration(std::string_view text) {
    const Error bad =
        error(fmt::format("\"{}\" is not a duration", text), "write a number and a unit: 250ms, 1.5s, 20us, 3min");
    std::size_t i = 0;
    std::int64_t whole = 0;
    const std::int64_t limit = std::numeric_limits<std::int64_t>::max() / 10 - 1;
    while (i < text.size() && is_digit(text[i])) {
        if (whole > limit / 10) return bad;
        whole = whole * 10 + (text[i++] - '0');
    }
    if (i == 0) return bad;
    std::int64_t fraction = 0, scale = 1;
    if (i < text.size() && text[i] == '.') {
        const std::size_t first = ++i;
        while (i < text.size() && is_digit(text[i]) && i - first < 9) {
            fraction = fraction * 10 + (text[i++] - '0');
            scale *= 10;
        }
        if (i == first) return bad;
    }
    const std::string_view unit = text.substr(i);
    if (unit.empty() && whole == 0 && fraction == 0) return Duration{0};
    for (const auto& candidate : units) {
        if (candidate.name != unit) continue;
        if (whole > limit / candidate.ns) return bad;
        // The fraction is applied digit by digit so that 0.5ns cannot silently become 0.
        if (fraction != 0 && (candidate.ns % scale != 0)) return bad;
        return Duration{whole * candidate.ns + fraction * (candidate.ns / scale)};
    }
    return bad;
}

std::string to_string(Duration d) {
    if (d.ns == 0) return "0ms";
    const Unit* unit = &units[0];
    for (const auto& candidate : units) {
        if (candidate.name == "min" || candidate.name == "h") continue;
        if (d.ns >= candidate.ns) unit = &candidate;
    }
    std::string out = fmt::format("{}", d.ns / unit->ns);
    if (const std::int64_t rest = d.ns % unit->ns; rest != 0) {
        std::string digits = fmt::format("{:0{}}", rest, unit->ns == 1'000'000'000 ? 9 : unit->ns == 1'000'000 ? 6 : 3);
        digits.erase(digits.find_last_not_of('0') + 1);
        out += "." + digits;
    }
    return out + std::string(unit->name);
}

} // namespace ddll
