#pragma once
/// Is a sanitizer in this program? g++ and clang++ say it in different words. DDLL_SANITIZED for what must not be
/// compiled then, `sanitized` for the rest.

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define DDLL_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define DDLL_SANITIZED 1
#endif
#endif

#if defined(__SANITIZE_THREAD__)
#define DDLL_THREAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define DDLL_THREAD_SANITIZED 1
#endif
#endif

/// For functions that look at what others have in memory, and for those that drivers may give any number as an enum.
#define DDLL_READS_FOREIGN_MEMORY __attribute__((no_sanitize("address"), no_sanitize("thread"), noinline))
#define DDLL_TAKES_ANY_ENUM __attribute__((no_sanitize("enum")))

namespace ddll {

#ifdef DDLL_SANITIZED
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif

/// ThreadSanitizer holds signals back until a thread calls something, and forgets a thread before its last destructor.
#ifdef DDLL_THREAD_SANITIZED
inline constexpr bool thread_sanitized = true;
#else
inline constexpr bool thread_sanitized = false;
#endif

} // namespace ddll
