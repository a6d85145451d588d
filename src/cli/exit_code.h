#pragma once
/// cli/ is what a user types: one file per command, the table that lists them (commands.h), and the only place that
/// prints.
#include "report/report.h"

#include <string_view>
#include <vector>

namespace ddll::cli {

/// What the program ends with. Documented in README.md; never a count.
enum class ExitCode : int {
    ok = 0,
    failed = 1, ///< an expectation, or a finding at or above --fail-on
    usage = 2,
    unusable_input = 3, ///< scenario, driver file, configuration
    crashed = 4,        ///< a driver, where the scenario did not expect it
    hung = 5,
    bug = 70, ///< of ddlltool
    nothing_run = 77,
};

/// The one of two that matters more: 70, 4, 5, 3, 1, then the others in no particular order before 0.
ExitCode worse(ExitCode a, ExitCode b);

ExitCode exit_code_of(scenario::Verdict verdict);

/// Of a whole run: the worst of its scenarios; `nothing_run` when none was run; `failed` when some are missing, as
/// after an interrupt, and nothing worse happened.
ExitCode exit_code_of(const std::vector<scenario::Verdict>& verdicts, bool complete);
ExitCode exit_code_of(const report::Run& run, report::FailOn fail_on);

/// Complains on stderr: `ddlltool: what: why (hint)`.
void complain(std::string_view what, std::string_view why, std::string_view hint = {});
void complain(const Error& error);

/// Complains and gives the exit code of wrong usage.
ExitCode wrong_usage(std::string_view what, std::string_view why, std::string_view hint = {});
ExitCode wrong_usage(const Error& error);
/// Likewise, of input that cannot be used.
ExitCode unusable(std::string_view what, std::string_view why, std::string_view hint = {});
ExitCode unusable(const Error& error);

} // namespace ddll::cli
