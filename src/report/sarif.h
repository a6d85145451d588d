#pragma once
/// SARIF 2.1.0, the format of code scanners: results that refer to rules, at places in files.
#include "report/location.h"

#include <string>
#include <string_view>
#include <vector>

namespace ddll::report {

struct SarifResult {
    std::string rule;
    std::string level; ///< "error", "warning" or "note"
    std::string message;
    Location place;            ///< relative paths are said to be relative to the root of the sources
    std::string identity = {}; ///< what stays the same while lines move; equal ones are counted
    bool suppressed = false;
    std::string why_suppressed = {};
    std::string baseline = {}; ///< "new", "unchanged" or "absent", with something to compare with
};

struct SarifLog {
    std::string version; ///< of ddlltool; may be empty
    std::vector<SarifResult> results;
    std::vector<SarifResult> notifications; ///< why something could not be looked at; `identity` is not used
    bool complete = true;                   ///< false: the run was interrupted
};

/// A rule of this file: a call is not answered alike by two releases, or by two files.
inline constexpr std::string_view answer_differs = "answer-differs";

/// Which of the rules of this file a death belongs to.
std::string death_rule(const scenario::Death& death);

/// Rules come from the catalogue of findings/ and from those of this file: each that a result names, once, by id.
std::string sarif(const SarifLog& log);

} // namespace ddll::report
