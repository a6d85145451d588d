#pragma once
/// From findings and stories to a verdict.
#include "audit/audit.h"
#include "check/static_findings.h"

#include <vector>

namespace ddll::audit {

/// What is known besides the audit itself.
struct Grounds {
    const std::vector<check::Finding>* statics = nullptr; ///< what the file says
    bool used = false;     ///< all stories could be played: what was not seen is not likely
    bool unusable = false; ///< the loader will refuse the file
};

/// Weighs the findings against each other, sorts them, marks those that are accepted, and sets the verdict with its
/// conditions (those that are there already stay).
void judge(Audit& audit, const Grounds& grounds);

} // namespace ddll::audit
