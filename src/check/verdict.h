#pragma once
/// From findings and runs to a verdict.
#include "check/check.h"

#include <optional>
#include <string>
#include <vector>

namespace ddll::check {

/// What is known besides the audit itself.
struct Grounds {
    const std::vector<findings::Finding>* statics = nullptr; ///< what the file says
    bool used = false;     ///< all scenarios could be run: what was not seen is not likely
    bool unusable = false; ///< the loader will refuse the file
};

/// Weighs the findings against each other, sorts them, marks those that are accepted, and sets the verdict with its
/// conditions (those that are there already stay).
void conclude(CheckResult& checked, const Grounds& grounds);

/// What two versions answer to the same calls: the first call that both answered, and not alike, which is a note, for
/// texts that differ may just name their versions. Nothing where one of them could not be loaded. A callback that is
/// gone has a rule of its own. replies.cpp
std::optional<scenario::RunFinding> compare_replies(const std::string& driver, const CheckRun& older,
                                                    const CheckRun& newer);

} // namespace ddll::check
