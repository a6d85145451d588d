#pragma once
/// The table of commands: what `ddlltool --help` lists, what is dispatched, and what a mistyped word is compared with.
/// To add one: a file with its parser and a row in commands.cpp.
#include "cli/exit_code.h"
#include "cli/parser.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

struct Command {
    std::string_view name;
    std::string_view doc;   ///< one line
    std::string_view group; ///< heading of --help
    /// What reads its arguments and runs it; of a command with verbs: what says what they have in common.
    std::function<std::unique_ptr<Parser>()> parser;
    std::vector<Command> verbs = {}; ///< of commands that take one more word: session start
};

std::span<const Command> commands();

/// Every command and verb of this program, in the order of --help: "run", "session", "session start".
struct NamedCommand {
    std::string name;
    const Command* command = nullptr;
};
std::vector<NamedCommand> all_commands();

/// The whole program: `arguments` without the program's own name. Everything but what main must do itself.
ExitCode run_program(const std::vector<std::string>& arguments);

// One for each command.
std::unique_ptr<Parser> run_parser();
std::unique_ptr<Parser> verify_parser();
std::unique_ptr<Parser> export_parser();
std::unique_ptr<Parser> schema_parser();
std::unique_ptr<Parser> inspect_parser();
std::unique_ptr<Parser> check_parser();
std::unique_ptr<Parser> doctor_parser();
std::unique_ptr<Parser> record_parser();
std::unique_ptr<Parser> explain_parser();
std::unique_ptr<Parser> init_parser();
std::unique_ptr<Parser> status_parser();
std::unique_ptr<Parser> why_parser();
std::unique_ptr<Parser> log_parser();
std::unique_ptr<Parser> receive_parser();
std::unique_ptr<Parser> shell_parser();
std::unique_ptr<Parser> man_parser();
ExitCode list_rules(); ///< explain.cpp: a line for each
/// Those that are one step of a session: load, unload, reload, open, ...
std::vector<Command> session_steps(std::string_view group);
Command session_row(std::string_view group);     // session.cpp
Command report_row(std::string_view group);      // report.cpp
Command completions_row(std::string_view group); // completions.cpp

} // namespace ddll::cli
