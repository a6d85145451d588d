#pragma once
/// The child's side: from the fork to its end. Internal to isolate/.
#include "isolate/block.h"
#include "isolate/isolate.h"

#include <sys/types.h>

#include <span>

namespace ddll::isolate {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

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
