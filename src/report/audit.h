#pragma once
/// What `ddlltool check` says, in the formats that people and CI servers read. docs/check.md describes them.
#include "audit/audit.h"
#include "report/location.h"
#include "report/report.h"
#include "report/style.h"

#include <span>
#include <string>
#include <string_view>

namespace ddll::report {

struct AuditOptions {
    Style style;
    std::string root;    ///< absolute folder that files are shown relative to; empty: as they are
    std::string version; ///< of ddlltool, where a format names it
};

struct AuditFormat {
    std::string_view name;
    std::string_view doc; ///< one line
    std::string (*write)(const audit::Audit& audit, const AuditOptions& options);
};
std::span<const AuditFormat> audit_formats();
const AuditFormat* audit_format_named(std::string_view name); ///< null when there is none

std::string audit_text(const audit::Audit& audit, const AuditOptions& options);
std::string audit_json(const audit::Audit& audit, const AuditOptions& options);
std::string audit_sarif(const audit::Audit& audit, const AuditOptions& options);
std::string audit_junit(const audit::Audit& audit, const AuditOptions& options);
std::string audit_github(const audit::Audit& audit, const AuditOptions& options);

/// One way in which stories ended the emulator.
struct AuditDeath {
    const scenario::Death* death;
    std::vector<std::string> titles; ///< of these stories
};
/// Each way once, in the order of the stories.
std::vector<AuditDeath> deaths_of(const audit::Audit& audit);

/// The driver's source where it is known and lies below the root, else the library.
Location location_of(const audit::Audit& audit, const std::vector<scenario::StackFrame>& stack,
                     const std::string& root);

/// "UNSAFE: 2 errors, 1 warning, 3 notes, 1 suppressed".
std::string audit_summary(const audit::Audit& audit);

/// Does a finding that is not suppressed reach the level, or did a story end badly without one?
bool reaches(const audit::Audit& audit, FailOn fail_on);

} // namespace ddll::report
