#pragma once
/// Shows where two texts part.
#include "report/style.h"

#include <string>
#include <string_view>

namespace ddll::report {

/// Two one-line texts: half-open range of `got` that is not in `expected`, widened to whole words. Empty (first ==
/// last) where something is only missing.
struct Range {
    std::size_t first = 0, last = 0;
    bool operator==(const Range&) const = default;
};
Range differing(std::string_view expected, std::string_view got);

/// The block of a report: "expected" and "got", with carets under the differing part; texts of several lines are shown
/// as one list whose lines are marked `-` (expected, missing) and `+` (got, not expected).
std::string show_difference(std::string_view expected, std::string_view got, std::string_view indent,
                            const Style& style);

} // namespace ddll::report
