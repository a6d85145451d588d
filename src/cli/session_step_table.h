#pragma once
/// The table of the commands that are one step of a session: a new one is a row, and the request that it makes.
#include "cli/parser.h"
#include "session/protocol.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// All that the commands have for arguments; each uses a few.
struct StepArguments {
    std::vector<std::string> words; ///< positional, in their order
    bool kill_ports = false, pending = false, monitor = false, wait = false, trap_exit = false, binary = false;
    bool unloaded = false, unloaded_only = false, keep = false, overwrite = false, remove = false, term = false;
    std::string settings, let, to, await;
};

/// A positional argument.
struct StepWord {
    enum class Need : std::uint8_t { required, optional, repeated };
    std::string_view name;
    Need need = Need::required;
    Takes takes = Takes::text;
};
struct StepWords {
    StepWord all[3]; ///< up to the first without a name
};

struct StepRow {
    std::string_view name;
    std::string_view doc;
    StepWords words;
    void (*options)(Parser& app, StepArguments& values);
    /// Nearly all make an Erlang call. Error: the arguments exclude each other, or one has no meaning.
    Result<session::Request> (*request)(const StepArguments& values);
    std::vector<std::string> (*files)(const StepArguments& values); ///< that must be there; may be null
    std::string_view examples;                                      ///< whole lines

    /// Those that it has.
    std::span<const StepWord> taken() const;
};

std::span<const StepRow> session_step_rows();

} // namespace ddll::cli
