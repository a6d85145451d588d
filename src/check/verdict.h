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

/// What two versions answer to the same calls: the first call that both answered, and not alike, which is a note, for
/// texts that differ may just name their versions. Nothing where one of them could not be loaded. A callback that is
/// gone has a rule of its own. replies.cpp
std::optional<scenario::RunFinding> compare_replies(const std::string& driver, const CheckRun& older,
                                                    const CheckRun& newer);

} // namespace ddll::check
