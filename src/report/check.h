#pragma once
/// What `ddlltool check` says, in the formats that people and CI servers read. docs/check.md describes them.
#include "check/check.h"
#include "report/location.h"
#include "report/report.h"
#include "report/style.h"

#include <span>
#include <string>
#include <string_view>

namespace ddll::report {

struct CheckFormatOptions {
    Style style;
    std::string root;    ///< absolute folder that files are shown relative to; empty: as they are
    std::string version; ///< of ddlltool, where a format names it
};

struct CheckFormat {
    std::string_view name;
    std::string_view doc; ///< one line
    std::string (*write)(const check::CheckResult& checked, const CheckFormatOptions& options);
};
std::span<const CheckFormat> check_formats();
const CheckFormat* check_format_named(std::string_view name); ///< null when there is none

std::string check_text(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_json(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_sarif(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_junit(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_github(const check::CheckResult& checked, const CheckFormatOptions& options);

/// One way in which scenarios ended the emulator.
struct CheckCrash {
    const scenario::Death* death;
    std::vector<std::string> titles; ///< of these scenarios
};
/// Each way once, in the order of the scenarios.
std::vector<CheckCrash> deaths_of(const check::CheckResult& checked);

/// The driver's source where it is known and lies below the root, else the library.
Location location_of(const check::CheckResult& checked, const std::vector<scenario::StackFrame>& stack,
                     const std::string& root);

/// "UNSAFE: 2 errors, 1 warning, 3 notes, 1 suppressed".
std::string check_summary(const check::CheckResult& checked);

/// Does a finding that is not suppressed reach the level, or did a scenario end badly without one?
bool reaches(const check::CheckResult& checked, FailOn fail_on);

} // namespace ddll::report
