#pragma once
/// The arguments of `ddlltool run`.
#include "cli/choices.h"
#include "cli/shard.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ddll::cli {

struct RunArguments {
    std::vector<std::string> inputs; ///< files and folders
    std::vector<std::string> filters;
    std::vector<std::string> driver_path;
    std::vector<Output> outputs; ///< at least one; at most one of them to stdout
    unsigned jobs = 1;
    std::optional<std::chrono::milliseconds> time_limit;
    std::uint64_t seed = 0;
    std::optional<words::Release> release; ///< nothing: the newest that a scenario is for
    bool free_threads = false;
    Color color = Color::automatic;
    report::Detail detail = report::Detail::automatic;
    report::FailOn fail_on = report::FailOn::warning;
    std::optional<Shard> shard; ///< nothing: all of them
    bool watch = false;
    bool list = false, list_calls = false, list_rules = false, events = false, in_process = false;
};

/// Reads them into `arguments`; what runs the command derives from it.
class RunArgumentsParser : public Parser {
public:
    RunArgumentsParser();
    RunArguments arguments;

private:
    Result<void> check();

    std::string shard_;
    bool verbose_ = false, quiet_ = false, log_ = false;
};

} // namespace ddll::cli
