#pragma once
/// From findings and runs to a verdict.
#include "check/check.h"
#include "findings/static/find.h"

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

} // namespace ddll::check
