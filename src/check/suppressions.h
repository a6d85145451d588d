#pragma once
/// The file in which findings are accepted for a while: each with a reason and the day it ends.
#include "check/check.h"

namespace ddll::check {

/// A JSON list of {"rule", "subject" (may be missing), "reason", "expires": "2026-12-31"}. All mistakes, with their
/// places.
struct SuppressionFile {
    std::vector<Suppression> suppressions;
    std::vector<Error> mistakes;
};
SuppressionFile read_suppressions(const std::string& path);

} // namespace ddll::check
