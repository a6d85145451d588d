#pragma once
/// The arguments of `ddlltool run`.
#include "base/result.h"
#include "cli/parser.h"
#include "cli/shard.h"
#include "report/report.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::cli {

enum class Color : std::uint8_t { automatic, always, never };
/// On stdout. `automatic` looks at the terminal and the environment.
bool wants_color(Color color); // color.cpp

/// One report: which format, and the file it goes to (empty: stdout).
struct Output {
    std::string format;
    std::string file;
};

struct RunArguments {
    std::vector<std::string> inputs; ///< files and folders
    std::vector<std::string> filters;
    std::vector<std::string> driver_path;
    std::vector<Output> outputs; ///< at least one; at most one of them to stdout
    unsigned jobs = 1;
    std::optional<std::chrono::milliseconds> time_limit;
    std::uint64_t seed = 0;
    bool free_threads = false;
    Color color = Color::automatic;
    report::Detail detail = report::Detail::automatic;
    report::FailOn fail_on = report::FailOn::warning;
    std::optional<Shard> shard; ///< nothing: all of them
    bool watch = false;
    bool list = false, list_calls = false, list_rules = false, events = false, in_process = false;
};

/// An Error's place.file holds the word that is wrong.
Result<std::variant<RunArguments, HelpText>> parse_run_arguments(const std::vector<std::string>& arguments);

} // namespace ddll::cli
