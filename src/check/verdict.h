#pragma once
/// From findings and runs to the rows of the law that hold.
#include "check/check.h"

#include <optional>
#include <string>
#include <vector>

namespace ddll::check {

/// What is known besides the findings and runs.
struct Grounds {
    const std::vector<findings::Finding>* statics = nullptr; ///< what the file says
    bool used = false;             ///< all scenarios could be run: what was not seen is not likely
    std::vector<Reason> more = {}; ///< rows that the checker itself saw to hold
};

/// Weighs the findings against each other, sorts them, marks those that are accepted, and sets the reasons and the
/// verdict.
void conclude(CheckResult& checked, const Grounds& grounds);

/// How runs crashed and hung, a finding for each way; and the limits of ddlltool that were reached instead. crashes.cpp
struct Crashes {
    std::vector<CheckFinding> findings;
    std::vector<Reason> limits;
};
Crashes crashes_of(const CheckResult& checked);

/// The expectations of a workload that failed, a finding each. crashes.cpp
std::vector<CheckFinding> failures_of(const CheckResult& checked, const CheckRun& run);

/// Adds what a run called and reached. coverage.cpp
void cover(Coverage& coverage, const CheckRun& run);

/// Whether a port of the driver's was opened in it.
bool opened_a_port(const scenario::RunResult& run);

/// What a call of a run came to.
struct CallAnswer {
    std::string call;
    std::string answer; ///< its value or exception, and the messages that came of it
};
/// Call by call; empty without a journal.
std::vector<CallAnswer> answers_of(const scenario::RunResult& run);

/// "Interrupted" before anything else, then the gravest first.
void sort_reasons(std::vector<Reason>& reasons);

/// What the two files answered differently to the same calls. Nothing where one of them could not be loaded. A callback
/// that is gone has a rule of its own. replies.cpp
std::vector<AnswerChange> changed_answers(const CheckRun& older, const CheckRun& newer);

/// A note, for texts that differ may just name their versions.
scenario::RunFinding protocol_finding(const std::string& driver, const AnswerChange& change);

/// Findings of two files, and of the one being replaced by the other.
struct Sides {
    std::vector<CheckFinding> newer, older, both;
    bool replaced = false; ///< the replacement came to its end at least once
    bool unseen = false;   ///< some runs of the older file were left out
};

/// What is new, still there and fixed, and what of the older file's makes the replacement fail. sides.cpp
void compare_sides(CheckResult& checked, Sides sides);

/// Weighs the findings of one side against each other: one thing is said once, and what a close look did not see is a
/// note.
void weigh(std::vector<CheckFinding>& findings, bool used);

} // namespace ddll::check
