#pragma once
/// The child's side: from the fork to its end. Internal to isolate/.
#include "base/sanitized.h"
#include "isolate/block.h"
#include "isolate/isolate.h"

#include <sys/types.h>

#include <span>

namespace ddll::isolate {

struct ChildSetup {
    pid_t parent;
    int output;                  ///< descriptor that becomes stdout and stderr
    std::span<const int> others; ///< descriptors of the parent that are none of the child's business
    Block* block;
};

/// Runs in the forked child and ends it. noexcept: the parent's code above must not get to see an exception of the
/// child.
[[noreturn]] void live(const ChildSetup& setup, const Job& job) noexcept;

} // namespace ddll::isolate
