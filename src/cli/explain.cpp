#include "cli/commands.h"
#include "cli/usage.h"

namespace ddll::cli {
ExitCode explain_command(const std::vector<std::string>&, const Context&) { return ExitCode::ok; }
ExitCode check_command(const std::vector<std::string>&, const Context&) { return ExitCode::ok; }
}
