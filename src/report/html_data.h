#pragma once
/// What the script of the HTML report draws from.
#include "report/report.h"

#include <string>

namespace ddll::report {

/// Compact JSON of the run's timeline, ASCII only and without `<`, `>` and `&`: it may stand inside a script element.
/// Empty when there was no journal to read. Arrays, in the order that html/timeline.js names at its head.
std::string timeline_data(const scenario::RunResult& result, const Options& options);

} // namespace ddll::report
