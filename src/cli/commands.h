#pragma once
/// The table of commands: what `ddlltool --help` lists, what is dispatched, and what a mistyped word is compared with.
/// To add one: a file with its function and a row in commands.cpp.
#include "cli/exit_code.h"

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// What only main can know.
struct Context {
    /// Names of driver API functions by the journal's numbers. They belong to api/, which no folder includes.
    std::string_view (*api_function)(std::uint16_t) = nullptr;
    std::string_view (*api_family)(std::uint16_t) = nullptr; ///< "output", "queue", ... of the same numbers
};

struct Command {
    std::string_view name;
    std::string_view doc;   ///< one line
    std::string_view group; ///< heading of --help
    std::function<ExitCode(const std::vector<std::string>& arguments, const Context& context)> run; ///< of what follows
};

std::span<const Command> commands();

/// The whole program: `arguments` without the program's own name. Everything but what main must do itself.
ExitCode run_program(const std::vector<std::string>& arguments, const Context& context);

ExitCode run_command(const std::vector<std::string>& arguments, const Context& context);     // run.cpp
ExitCode verify_command(const std::vector<std::string>& arguments, const Context& context);  // verify.cpp
ExitCode schema_command(const std::vector<std::string>& arguments, const Context& context);  // schema.cpp
ExitCode inspect_command(const std::vector<std::string>& arguments, const Context& context); // inspect.cpp
ExitCode check_command(const std::vector<std::string>& arguments, const Context& context);   // check.cpp
ExitCode explain_command(const std::vector<std::string>& arguments, const Context& context); // explain.cpp
ExitCode init_command(const std::vector<std::string>& arguments, const Context& context);    // init.cpp
ExitCode session_command(const std::vector<std::string>& arguments, const Context& context); // session.cpp
ExitCode status_command(const std::vector<std::string>& arguments, const Context& context);  // session_queries.cpp
ExitCode why_command(const std::vector<std::string>& arguments, const Context& context);
ExitCode log_command(const std::vector<std::string>& arguments, const Context& context);
ExitCode receive_command(const std::vector<std::string>& arguments, const Context& context);
ExitCode shell_command(const std::vector<std::string>& arguments, const Context& context); // shell.cpp
std::string version_text();                                                                // version.cpp

} // namespace ddll::cli
