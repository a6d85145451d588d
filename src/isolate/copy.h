#pragma once
/// Whether this process is the one that the parent started, or a copy of it that driver code made with fork. Such a
/// copy has all memory of the original, that which the parent reads among it, and must not go on as if it were the
/// original.
#include <cstdint>

namespace ddll::isolate {

/// Called by the original, before it runs foreign code; again in a process that was forked on purpose.
void become_original();

namespace detail {
extern const volatile char* mark; ///< not zero in the original; the system clears it in whatever is forked
}

/// Any thread, also in signal handlers. False in a child of vfork: it has the memory of the original itself.
inline bool is_copy() {
    return detail::mark != nullptr && *detail::mark == 0;
}

/// What a copy does when it gets back to our own code: it says so to the original, and ends.
[[noreturn]] void end_copy();
/// How many did that. In the original.
std::uint32_t copies_that_came_back();

} // namespace ddll::isolate
