#pragma once
/// The table of the commands that are one step of a session: a new one is a row, and the request that it makes.
#include "cli/parser.h"
#include "cli/session_calls.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// A positional argument; its name says what it takes.
struct StepWord {
    enum class Need : std::uint8_t { none, required, optional, repeated };
    std::string_view name;
    Need need = Need::none;
};

struct StepRow {
    std::string_view name;
    std::string_view doc;
    StepWord words[3]; ///< up to the first that has no name
    std::string_view examples;     ///< whole lines
    void (*options)(Parser& app, StepArguments& values);
    Result<session::Request> (*request)(const StepArguments& values);
    std::vector<std::string> (*files)(const StepArguments& values); ///< that must be there; may be null

    std::size_t least() const;
    std::size_t most() const;
    /// "PORT NUMBER [DATA]", "NAME [WORD...]", "[NAME [ITEM]]"
    std::string usage() const;
    std::vector<Positional> positionals() const;
};

std::span<const StepRow> session_step_rows();
const StepRow& session_step_row(std::string_view name);

} // namespace ddll::cli
