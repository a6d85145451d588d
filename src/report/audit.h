#pragma once
/// What `ddlltool check` says, in the formats that people and CI servers read. docs/check.md describes them.
#include "audit/audit.h"
#include "report/report.h"
#include "report/style.h"

#include <span>
#include <string>
#include <string_view>

namespace ddll::report {

struct AuditFormat {
    std::string_view name;
    std::string_view doc; ///< one line
    std::string (*write)(const audit::Audit& audit, const Style& style);
};
std::span<const AuditFormat> audit_formats();
const AuditFormat* audit_format_named(std::string_view name); ///< null when there is none

std::string audit_text(const audit::Audit& audit, const Style& style);
std::string audit_json(const audit::Audit& audit, const Style&);
std::string audit_sarif(const audit::Audit& audit, const Style&);
std::string audit_junit(const audit::Audit& audit, const Style&);
std::string audit_github(const audit::Audit& audit, const Style&);

/// "UNSAFE: 2 errors, 1 warning, 3 notes, 1 suppressed".
std::string audit_summary(const audit::Audit& audit);

/// Does a finding that is not suppressed reach the level, or did a story end badly without one?
bool reaches(const audit::Audit& audit, FailOn fail_on);

} // namespace ddll::report
