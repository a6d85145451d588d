#pragma once
/// The table of commands: what `ddlltool --help` lists, what is dispatched, and what a mistyped word is compared with.
/// To add one: a file with its function and a row in commands.cpp.
#include "cli/exit_code.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

class Parser;

struct Command {
    std::string_view name;
    std::string_view doc;                                                   ///< one line
    std::string_view group;                                                 ///< heading of --help
    std::function<ExitCode(const std::vector<std::string>& arguments)> run; ///< of what follows
    /// The parser that `run` reads its arguments with, before it has read any.
    std::function<std::unique_ptr<Parser>()> parser = {};
    std::vector<Command> verbs = {}; ///< of commands that are told what to do by one more word; see verbs.h
};

std::span<const Command> commands();

/// The whole program: `arguments` without the program's own name. Everything but what main must do itself.
ExitCode run_program(const std::vector<std::string>& arguments);

// One pair for each command: it, and the parser that it reads its arguments with.
ExitCode run_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> run_parser();
ExitCode verify_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> verify_parser();
ExitCode export_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> export_parser();
ExitCode schema_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> schema_parser();
ExitCode inspect_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> inspect_parser();
ExitCode check_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> check_parser();
ExitCode explain_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> explain_parser();
ExitCode init_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> init_parser();
ExitCode status_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> status_parser();
ExitCode why_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> why_parser();
ExitCode log_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> log_parser();
ExitCode receive_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> receive_parser();
ExitCode shell_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> shell_parser();
ExitCode man_command(const std::vector<std::string>& arguments);
std::unique_ptr<Parser> man_parser();
Command session_row();      // session.cpp
Command report_row();       // report.cpp
Command completions_row();  // completions.cpp
std::string version_text(); // version.cpp

} // namespace ddll::cli
