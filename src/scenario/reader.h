#pragma once
/// Reads a scenario file. Reports every mistake of it, not the first: each with file, line, column, JSON pointer, what
/// was expected, and the nearest valid word.
#include "scenario/scenario.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::scenario {

/// A function that expressions may call. Auto-imported ones, which need no module, are those of `erlang`.
struct KnownCall {
    std::string_view module;
    std::string_view name;
    int arity = 0;
};

/// Views must outlive the call of the reader; nothing is kept.
struct ReadOptions {
    std::vector<std::string> driver_path; ///< folders to look for driver files in, after the scenario's own
    std::string program_folder;           ///< its `drivers` is looked in last; empty: where the running program lies
    std::size_t max_bytes = std::size_t{4} << 20;
    std::uint32_t max_steps = 1'000'000; ///< repeats unrolled

    /// What may be called. Empty: whatever is written is taken.
    std::vector<KnownCall> known_calls;
    /// Looks into a driver file that is not marked as broken; its error becomes a mistake at that place. May be empty.
    std::function<Result<void>(const std::string& path)> examine_driver;
};

struct ReadResult {
    std::optional<Scenario> scenario; ///< only when there are no mistakes
    std::vector<Error> mistakes;      ///< in file order
};

/// A file that cannot be read is a mistake like any other; its place has no line.
ReadResult read_scenario_file(const std::string& path, const ReadOptions& options);

/// The same for a text in memory; `name` stands for the file in messages, and its folder is where driver files are
/// looked for first. With `check_files` false driver files are not looked for (fuzzing, editors) and stay as written.
ReadResult read_scenario(const std::string& text, const std::string& name, const ReadOptions& options,
                         bool check_files = true);

/// JSON Schema (draft 7) of the format, generated from the tables the reader works by.
std::string scenario_schema();

} // namespace ddll::scenario
