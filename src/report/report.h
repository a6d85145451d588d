#pragma once
/// report/ turns results into what people and programs read. It reads scenario::RunResult and the journal inside it,
/// decides nothing about drivers, prints nothing itself (every writer returns its bytes) and never asks the clock, an
/// address or the environment: equal results give equal bytes. Read next: run_log.h (what happened, step by step),
/// formats.h.
#include "scenario/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::report {

/// The least severity of an unexpected finding that makes a scenario fail.
enum class FailOn : std::uint8_t { error, warning, note, never };

enum class Detail : std::uint8_t {
    automatic, ///< the log when there is one scenario, else one line each and the details of failing ones
    quiet,     ///< failing ones and the summary
    lines,     ///< one line each and the details of failing ones, however many there are
    log,       ///< every log
    verbose,   ///< every log with its loader events, driver API calls and state changes
};

struct Options {
    Detail detail = Detail::automatic;
    bool color = false;
    bool events = false; ///< JSON: the journal too
    FailOn fail_on = FailOn::warning;
    std::uint64_t seed = 0; ///< named in replay commands when not 0
    std::string root;       ///< absolute folder that files are shown relative to; empty: as they are
    std::string version;    ///< of ddlltool, where a format names it
};

/// Which part of the scenarios was run, where several machines share them.
struct RunShard {
    std::uint32_t index = 1, count = 1;   ///< index from 1
    std::uint32_t of = 0;                 ///< so many scenarios all machines run together
    std::vector<std::uint32_t> positions; ///< among these, from 0, of each that was run here
};

/// All that one command ran, in the order of its arguments.
struct Run {
    std::vector<scenario::RunResult> results;
    bool interrupted = false;
    std::optional<RunShard> shard{};
};

/// The verdict after findings are counted in: a passed scenario with an unexpected finding at or above `fail_on`
/// failed.
scenario::Verdict verdict_of(const scenario::RunResult& result, FailOn fail_on);

constexpr bool is_bad(scenario::Verdict verdict) {
    return verdict != scenario::Verdict::passed && verdict != scenario::Verdict::skipped;
}

/// Is it at or above the level?
bool reaches(words::Severity severity, FailOn fail_on);
/// Is this finding one that nobody expected and that reaches the level?
bool counts(const scenario::RunFinding& finding, FailOn fail_on);

struct Counts {
    std::uint32_t passed = 0, failed = 0, crashed = 0, hung = 0, unusable = 0, bugs = 0, skipped = 0;
};
Counts count(const Run& run, FailOn fail_on);

/// "3 passed, 1 failed, 1 crashed": the first two always, the others when not zero; "interrupted" at the end if so.
std::string summary_line(const Run& run, FailOn fail_on);

/// Why a result is not simply "passed", in one line; "" when it is.
std::string headline(const scenario::RunResult& result, FailOn fail_on);

} // namespace ddll::report
