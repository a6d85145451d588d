#pragma once
/// What `ddlltool check` says, in the formats that people and CI servers read. docs/check.md describes them.
#include "check/check.h"
#include "report/location.h"
#include "report/report.h"
#include "report/sheet.h"
#include "report/style.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::report {

using CheckFormatOptions = FormatOptions;

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
std::string check_html(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_tap(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_term(const check::CheckResult& checked, const CheckFormatOptions& options);
std::string check_github(const check::CheckResult& checked, const CheckFormatOptions& options);

/// "new", "still there", "fixed", "of the older file, which is replaced", "of the replacement"; empty without an older
/// file.
std::string status_of(const check::CheckFinding& finding);

/// " (OTP 25 only)" of a finding that not all releases show that were asked for; else empty.
std::string only_on(const check::CheckFinding& finding);
/// "OTP 25: 5; OTP 28: exception badarg"
std::string answers_by_release(const check::CheckResult& checked, const check::ReleaseAnswers& line);

/// The calls that two releases, or the two files, do not answer alike: a line each, "differs: CALL: OTP 25: 5; ...".
std::vector<std::string> differing_answers(const check::CheckResult& checked);

/// The findings as three lists and more, and what was looked at.
Sheet check_sheet(const check::CheckResult& checked, const CheckFormatOptions& options);

/// The step of a workload that failed; else the driver's source where it is known and lies below the root, else the
/// library.
Location location_of(const check::CheckResult& checked, const check::CheckFinding& finding, const std::string& root);

/// The first line of the text and the last: "UNSAFE: counter: SIGSEGV in stop, counter.c:31".
std::string check_summary(const check::CheckResult& checked);

/// What decided: the main reason, and how many more there are; or how far SAFE was looked for.
std::string main_reason(const check::CheckResult& checked);

/// "2 errors, 1 warning, 3 notes, 1 suppressed".
std::string check_counts(const check::CheckResult& checked);

/// Of the callbacks in the entry: "callbacks 4 of 6", and those that nothing reached: "control, timeout".
std::string callbacks_reached(const check::Coverage& coverage);
std::string callbacks_missed(const check::Coverage& coverage);

} // namespace ddll::report
