#pragma once
/// The story of one run: for every step what happened in it, in the words of the journal. A value; the writers lay it
/// out.
#include "report/report.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ddll::report {

enum class LineKind : std::uint8_t {
    call,    ///< one expression of a batch
    returns, ///< a value
    raises,  ///< an exception
    blocks,
    runs,    ///< a callback
    message, ///< arrived in the mailbox of `who`
    ends,    ///< process `who` ended
    driver,  ///< the state of driver `who` in words
    proof,   ///< what is in memory now
    misuse,
    gone,    ///< what the emulator cleared away with a port
    log,     ///< what the emulator would have logged
    outside, ///< what came from outside the story
    loader,  ///< libraries opened and closed
    thread,  ///< a thread of the driver's waits or goes on
    api,     ///< a call of the driver API
    trouble, ///< the step could not be done
};
const char* label(LineKind kind);

struct Line {
    LineKind kind = LineKind::log;
    std::string who; ///< process or driver; may be empty
    std::string text;
    bool bad = false;        ///< deserves attention
    bool minor = false;      ///< only for those who want everything
    std::uint32_t times = 1; ///< equal lines in a row
};

struct StepLog {
    std::uint32_t index = 0;    ///< into RunResult::flat
    std::vector<Line> lines;    ///< of a step that floods: the first and the last ones
    std::uint64_t left_out = 0; ///< how many are missing between them
};

/// So many lines of one step are kept from its beginning, and from its end.
inline constexpr std::size_t kept_first = 900, kept_last = 100;

struct RunLog {
    std::vector<StepLog> steps; ///< one for each of RunResult::flat
    std::vector<Line> afterwards; ///< what happened when the last step was over
    bool known = false;           ///< there was a journal to read
};

RunLog tell(const scenario::RunResult& result, const Names& names);

/// Tells a story that goes on: what has been told is not read again.
class Follower {
public:
    /// Keeps a reference to `result`, whose flat, names and versions grow with its journal.
    Follower(const scenario::RunResult& result, const Names& names);
    ~Follower();
    Follower(const Follower&) = delete;
    /// The lines of what was journaled since the last call, step by step. Steps are over when this is called, or
    /// nothing comes after them.
    std::vector<StepLog> go_on();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The last `count` journal lines up to sequence number `until` (0: the end). Falls back to the lines of the death
/// report when there is no journal.
std::vector<std::string> last_events(const scenario::RunResult& result, const Names& names, std::size_t count,
                                     std::uint64_t until = 0);

} // namespace ddll::report
