#pragma once
/// The summary of a CI job: Markdown as GitHub shows it.
#include "report/check.h"
#include "report/report.h"

#include <string>

namespace ddll::report {

/// Counts, then a table of what did not hold with its reason and place, then the findings; foreign text cannot become
/// markup. Well below the megabyte that GitHub takes: long runs are cut, and say so.
std::string job_summary(const Run& run, const Options& options);

/// The verdict of check, its conditions, how the emulator died, the findings.
std::string job_summary(const check::CheckResult& checked, const CheckFormatOptions& options);

} // namespace ddll::report
