#pragma once
/// check/ is the question whether a driver is safe to replace on a live node: it runs scenarios that it makes itself
/// with a driver file (and the one before it), looks closely at each, and adds what the files say. It knows no report
/// format. Read next: made_scenarios.h (the scenarios), verdict.h (how findings become a verdict), suppressions.h.
#include "findings/static/find.h"
#include "scenario/reader.h"
#include "scenario/result.h"
#include "scenario/runner.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ddll::check {

using words::Rule;
using words::Severity;

enum class Safety : std::uint8_t {
    safe,
    safe_if, ///< as long as the conditions hold
    unsafe,
    unknown, ///< what would have to be seen could not be looked at
};
const char* name(Safety verdict); ///< "SAFE", "SAFE-IF", "UNSAFE", "UNKNOWN"

/// A rule that somebody knows of and accepts for a while.
struct Suppression {
    Rule rule{};
    std::string subject; ///< empty: whoever
    std::string reason;
    std::string expires; ///< 2026-12-31, the last day it counts
    Place place;
    bool used = false;
    bool expired = false;
};

/// One rule that the driver breaks, from however many runs and files.
struct CheckFinding {
    Rule rule{};
    Severity severity = Severity::note;
    std::string title, evidence;
    bool confirmed = false; ///< seen to happen; else the file says so
    bool also_static = false;
    std::vector<std::string> runs;           ///< titles of the runs that showed it
    std::vector<scenario::StackFrame> stack; ///< code of the driver that led there, innermost first
    const Suppression* suppressed = nullptr; ///< into CheckResult::suppressions
};

/// One scenario that was run.
struct CheckRun {
    std::string id;    ///< "reload-by-rename"
    std::string title; ///< in words
    scenario::RunResult result;
};

struct Request {
    std::string file;                          ///< the new driver
    std::string against;                       ///< the one before, or empty
    std::string name;                          ///< as Erlang calls it; empty: the file's name
    std::vector<scenario::Scenario> workloads; ///< the author's own
    unsigned strictness = 5;                   ///< 1 to 10
    unsigned parallel = 1;
    std::optional<std::chrono::milliseconds> time_limit; ///< for each scenario
    std::vector<Suppression> suppressions;
    std::string today;          ///< for their expiry, 2026-01-31
    scenario::ReadOptions read; ///< for scenarios that are made
};

struct CheckResult {
    std::string name, file, against;
    Safety verdict = Safety::unknown;
    std::vector<std::string> conditions; ///< of safe_if, in words
    std::vector<std::string> looked_at, not_looked_at;
    std::vector<CheckFinding> findings; ///< gravest first, then by rule
    std::vector<Suppression> suppressions;
    std::vector<CheckRun> runs;
    bool interrupted = false;
};

/// Reads both files, runs the scenarios and decides. Error: a file that is no driver library at all.
Result<CheckResult> check_driver(const Request& request, const findings::StaticWorld& world);

} // namespace ddll::check
