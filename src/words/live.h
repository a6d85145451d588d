#pragma once
/// What is told of the driver libraries of a live node.
#include "words/findings.h"
#include "words/words.h"

namespace ddll::words {

/// How a library that is mapped stands to the file that its path names now: it is that file; that path names another
/// file with the same contents; another one; none; the file was written to while it was mapped; what would tell could
/// not be read.
#define DDLL_LIBRARY_STATES(X)                                                                                         \
    X(current, "current")                                                                                              \
    X(same_contents, "current") X(stale, "stale") X(removed, "stale, file removed")                                    \
        X(overwritten, "overwritten in place") X(unknown, "unknown")
DDLL_WORDS(LibraryState, DDLL_LIBRARY_STATES)

/// What `ddlltool doctor` can say about a driver: live_problems.def.
enum class LiveProblem : std::uint8_t {
#define DDLL_LIVE_PROBLEM(problem, id, severity, title, why, fix) problem,
#include "words/live_problems.def"
#undef DDLL_LIVE_PROBLEM
};
template <>
inline constexpr auto spellings<LiveProblem> = std::array{
#define DDLL_LIVE_PROBLEM(problem, id, severity, title, why, fix) id,
#include "words/live_problems.def"
#undef DDLL_LIVE_PROBLEM
};

struct LiveProblemRow {
    Severity severity;
    std::string_view title, why, fix;
};
inline constexpr LiveProblemRow live_problem_rows[] = {
#define DDLL_LIVE_PROBLEM(problem, id, severity, title, why, fix) {Severity::severity, title, why, fix},
#include "words/live_problems.def"
#undef DDLL_LIVE_PROBLEM
};
constexpr const LiveProblemRow& row(LiveProblem problem) {
    return live_problem_rows[static_cast<std::size_t>(problem)];
}

} // namespace ddll::words
