#pragma once
/// What clang is told about locks, and checks (-Wthread-safety): which lock guards a member, which a function needs,
/// takes or must not have. Nothing for other compilers.
#if defined(__clang__)
#define DDLL_THREAD_ATTRIBUTE(x) __attribute__((x))
#else
#define DDLL_THREAD_ATTRIBUTE(x)
#endif

#define DDLL_CAPABILITY(kind) DDLL_THREAD_ATTRIBUTE(capability(kind))
#define DDLL_SCOPED_CAPABILITY DDLL_THREAD_ATTRIBUTE(scoped_lockable)

#define DDLL_GUARDED_BY(lock) DDLL_THREAD_ATTRIBUTE(guarded_by(lock))
#define DDLL_REQUIRES(...) DDLL_THREAD_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define DDLL_ACQUIRE(...) DDLL_THREAD_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define DDLL_RELEASE(...) DDLL_THREAD_ATTRIBUTE(release_capability(__VA_ARGS__))
/// For what the analysis cannot follow. A comment beside it says why it is right.
#define DDLL_NO_THREAD_SAFETY_ANALYSIS DDLL_THREAD_ATTRIBUTE(no_thread_safety_analysis)
