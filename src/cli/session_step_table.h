#pragma once
/// The table of the commands that are one step of a session: a new one is a row, and the request that it makes.
#include "cli/parser.h"
#include "cli/session_calls.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// A positional argument.
struct StepWord {
    enum class Need : std::uint8_t { required, optional, repeated };
    std::string_view name;
    Need need = Need::required;
    Takes takes = Takes::text;
};
/// Up to the first without a name.
struct StepWords {
    StepWord all[3];
};

struct StepRow {
    std::string_view name;
    std::string_view doc;
    StepWords words;
    void (*options)(Parser& app, StepArguments& values);
    Result<session::Request> (*request)(const StepArguments& values);
    std::vector<std::string> (*files)(const StepArguments& values); ///< that must be there; may be null
    std::string_view examples;                                      ///< whole lines

    std::size_t least() const;
    std::size_t most() const;
    /// "PORT NUMBER [DATA]", "NAME [WORD...]", "[NAME [ITEM]]"
    std::string usage() const;
    std::vector<Positional> positionals() const;
};

std::span<const StepRow> session_step_rows();
const StepRow& session_step_row(std::string_view name);

} // namespace ddll::cli
