#pragma once
/// The log of one run: for every step what happened in it, in the words of the journal. A value; the writers lay it
/// out.
#include "report/event_line.h"
#include "report/report.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ddll::report {

const char* label(LineKind kind); ///< its name, "->" for a message

struct Line : EventLine {
    std::string who;         ///< process, driver or peer; may be empty
    std::uint32_t times = 1; ///< equal lines in a row
};

/// A line as two columns: its label, and what it says. A message says whose in the first, a state of what in the
/// second.
std::string head(const Line& line);
std::string body(const Line& line);

struct StepLog {
    std::uint32_t index = 0;    ///< into RunResult::flat
    std::vector<Line> lines;    ///< of a step that floods: the first and the last ones
    std::uint64_t left_out = 0; ///< how many are missing between them
};

/// So many lines of one step are kept from its beginning, and from its end.
inline constexpr std::size_t kept_first = 900, kept_last = 100;

struct RunLog {
    std::vector<StepLog> steps;   ///< one for each of RunResult::flat
    std::vector<Line> afterwards; ///< what happened when the last step was over
    bool known = false;           ///< there was a journal to read
};

RunLog run_log(const scenario::RunResult& result);

/// The log of a run that goes on: what has been read is not read again.
class Follower {
public:
    /// Keeps a reference to `result`, whose flat, names and versions grow with its journal.
    explicit Follower(const scenario::RunResult& result);
    ~Follower();
    Follower(const Follower&) = delete;
    /// The lines of what was journaled since the last call, step by step. Steps are over when this is called, or
    /// nothing comes after them.
    std::vector<StepLog> go_on();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The last `count` journal lines up to sequence number `until` (0: the end). Empty when there is no journal.
std::vector<std::string> last_events(const scenario::RunResult& result, std::size_t count, std::uint64_t until = 0);

} // namespace ddll::report
