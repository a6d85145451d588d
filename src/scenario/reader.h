#pragma once
/// Reads a scenario file. Reports every mistake of it, not the first: each with file, line, column, JSON pointer, what
/// was expected, and the nearest valid word.
#include "scenario/scenario.h"

#include <string>
#include <vector>

namespace ddll::scenario {

struct ReadOptions {
    std::vector<std::string> driver_path; ///< folders to look for driver files in, after the scenario's own
    std::size_t max_bytes = std::size_t{4} << 20;
};

struct ReadResult {
    std::optional<Scenario> scenario; ///< only when there are no mistakes
    std::vector<Error> mistakes;      ///< in file order
};

ReadResult read_scenario_file(const std::string& path, const ReadOptions& options);

/// The same for a text in memory; `name` stands for the file in messages. With `check_files` false driver files are not
/// looked for (fuzzing, editors).
ReadResult read_scenario(const std::string& text, const std::string& name, const ReadOptions& options, bool check_files = true);

/// JSON Schema (draft 7) of the format, generated from the tables the reader works by.
std::string scenario_schema();

} // namespace ddll::scenario
