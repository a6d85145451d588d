#pragma once
/// What a command takes, as data: for completions (complete.h) and manual pages (man_page.h).
#include "cli/commands.h"
#include "cli/parser.h"

#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

struct Description {
    std::string name;    ///< "ddlltool session start"
    std::string summary; ///< sentences
    std::vector<DescribedOption> options;
    std::vector<Positional> positionals;
    std::string notes;      ///< what else the foot of --help says
    std::string examples;   ///< whole lines
    std::string exit_codes; ///< "0 done, 1 ..."
};

Description describe(const Parser& parser);

/// Every command and verb of this program, in the order of --help: "run", "session", "session start".
struct NamedCommand {
    std::string name;
    const Command* command = nullptr;
};
std::vector<NamedCommand> all_commands();

} // namespace ddll::cli
