#pragma once
/// check/ is the question whether a driver is safe to replace on a live node: it runs scenarios that it makes itself
/// with a driver file (and the one before it), looks closely at each, and adds what the files say. It knows no report
/// format. Read next: law.h (what follows of what), made_scenarios.h (the scenarios), verdict.h (which rows of the law
/// hold), suppressions.h.
#include "check/law.h"
#include "findings/static/find.h"
#include "scenario/reader.h"
#include "scenario/result.h"
#include "scenario/runner.h"
#include "words/release.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace ddll::check {

using words::Rule;
using words::Severity;

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

/// An expectation of a workload that failed.
struct FailedExpectation {
    Place place;                    ///< of the step, in the workload's file
    std::uint32_t step = 0;         ///< its number as written, from 1; 0 for the scenario as a whole
    std::string what;               ///< "returns", "receives alice", ...
    std::string expected, got, fix; ///< fix may be empty
};

/// Whose fault something is, when two files are compared.
enum class Side : std::uint8_t {
    newer,       ///< the file that is checked; with no other one, everything is its
    older,       ///< the one before, which the node has loaded
    replacement, ///< neither shows it alone
};
constexpr const char* name(Side side) {
    constexpr const char* names[] = {"newer", "older", "replacement"};
    return names[static_cast<std::size_t>(side)];
}

/// What became of a finding of the older file.
enum class Baseline : std::uint8_t {
    none,      ///< there is no older file
    fresh,     ///< the older one has it not
    unchanged, ///< both have it, or the older one has it and it harms the replacement
    absent,    ///< the newer one has it no more
};

/// One rule that the driver breaks, from however many runs and files. A crash, a hang and an expectation that failed
/// are findings each.
struct CheckFinding {
    Rule rule{};
    Severity severity = Severity::note;
    std::string title, evidence;
    bool confirmed = false; ///< seen to happen; else the file says so
    bool also_static = false;
    std::vector<std::string> runs;           ///< titles of the runs that showed it
    std::vector<scenario::StackFrame> stack; ///< code of the driver that led there, innermost first
    std::string fix;                         ///< for this one; empty: what the rule's row says
    bool out_of_driver = false;              ///< a crash in no callback and at no line of the driver
    bool invented = false;                   ///< only data that ddlltool invented provoked it
    Side of = Side::newer;
    Baseline baseline = Baseline::none;
    bool in_replacement = false; ///< it was seen when the older file was replaced by the newer
    std::string way;             ///< of a crash, a hang or a failure: what tells it from another one of the same rule
    std::optional<FailedExpectation> expectation;
    const Suppression* suppressed = nullptr; ///< into CheckResult::suppressions
    std::vector<words::Release> releases{};  ///< of several that were asked for, those that show it; empty: all
};

/// A row of the law that holds, and why.
struct Reason {
    Ground ground = Ground::nothing;
    std::string text;
};

/// What the runs called, and which callbacks of the driver that reached.
struct Coverage {
    std::uint32_t entry = 0, reached = 0; ///< a bit for each words::Callback
    std::size_t ports = 0;                ///< opened, in all runs
    unsigned cycles = 0;                  ///< of load, use and unload, in a row
    bool own_calls = false;               ///< given by the user: options, or workloads
    std::vector<std::string> calls;       ///< to ports, each text once
    std::string refused;                  ///< what start returned where it refused a port: "ERL_DRV_ERROR_BADARG"
};

/// A call to a port that the driver's own users make.
struct OwnCall {
    enum class Kind : std::uint8_t { control, call, command } kind = Kind::control;
    std::uint32_t number = 0; ///< of control and call
    std::string data;         ///< an Erlang expression: a binary, or the term of call
};

/// One scenario that was run.
struct CheckRun {
    std::string id;    ///< "reload-by-rename"
    std::string title; ///< in words
    scenario::RunResult result;
    bool invents = false; ///< data of its calls was invented
    Side of = Side::newer;
};

/// One call that the two files answer differently.
struct AnswerChange {
    std::string run, call, older, newer;
};

/// One of several releases that were asked for.
struct ReleaseVerdict {
    words::Release release{};
    Safety verdict = Safety::unknown;
    std::string reason; ///< the main one; empty for SAFE
};

/// One call that is not answered alike in all releases.
struct ReleaseAnswers {
    std::string run, call;
    std::vector<std::string> answers; ///< one for each of ReleaseComparison::releases
};

/// What differs for this driver between releases. What of its findings does: CheckFinding::releases.
struct ReleaseComparison {
    std::vector<ReleaseVerdict> releases; ///< oldest first; empty: one was asked for
    std::vector<ReleaseAnswers> answers;
};

struct Request {
    std::string file;                               ///< the new driver
    std::string against;                            ///< the one before, or empty
    std::string name;                               ///< as Erlang calls it; empty: the file's name
    std::vector<scenario::Scenario> workloads;      ///< the author's own
    std::string open;                               ///< what its ports are opened with, "NAME ARGS"; empty: the name
    std::vector<OwnCall> calls;                     ///< made to each port, in this order; with none, invented ones are
    words::Release release = words::newest_release; ///< that is simulated
    unsigned strictness = 5;                        ///< 1 to 10
    unsigned parallel = 1;
    std::optional<std::chrono::milliseconds> time_limit; ///< for each scenario, from its last progress on
    std::optional<std::chrono::milliseconds> time;       ///< real time, after which longer scenarios are left out
    std::vector<Suppression> suppressions;
    std::string today;          ///< for their expiry, 2026-01-31
    scenario::ReadOptions read; ///< for scenarios that are made
};

struct CheckResult {
    std::string name, file, against;
    words::Release release = words::newest_release; ///< that was simulated; of several the newest
    Safety verdict = Safety::unknown;
    std::vector<Reason> reasons; ///< gravest first: the first is the main one
    Coverage coverage;
    std::vector<std::string> looked_at, not_looked_at;
    std::vector<CheckFinding> findings; ///< gravest first, then by rule
    std::vector<CheckFinding> fixed;    ///< what only the older file has, and what does not harm its replacement
    std::vector<AnswerChange> answers;
    ReleaseComparison across;
    std::vector<Suppression> suppressions;
    std::vector<CheckRun> runs;
    bool interrupted = false;
};

/// The innermost frame whose source is known; null when there is none.
const scenario::StackFrame* known_frame(const std::vector<scenario::StackFrame>& stack);

/// Whether a finding shows in some of the releases only that were asked for.
inline bool differs_by_release(const CheckFinding& finding) {
    return !finding.releases.empty();
}

/// The row that a finding stands for; Ground::nothing for a note.
Ground ground_of(const CheckFinding& finding);

/// Reads both files, runs the scenarios and decides. Error: a file that is no driver library at all.
Result<CheckResult> check_driver(const Request& request, const findings::StaticWorld& world);

/// The same in the world of each release, oldest first, and what differs. The findings are those of all of them, the
/// verdict is the gravest, the runs are those of the newest. There is at least one world. releases.cpp
Result<CheckResult> check_releases(const Request& request, std::span<const findings::StaticWorld> worlds);

} // namespace ddll::check
