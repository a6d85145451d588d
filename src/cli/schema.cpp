#include "cli/commands.h"
#include "cli/usage.h"
#include "scenario/reader.h"

#include <cstdio>

namespace ddll::cli {

ExitCode schema_command(const std::vector<std::string>& arguments, const Context&) {
    if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h")) {
        std::fputs(
            "usage: ddlltool schema\n\n"
            "Prints the JSON Schema (draft 7) of scenario files. An editor that knows it completes keys and marks\n"
            "mistakes: save it beside the scenarios and name it in their \"$schema\".\n\n"
            "example:\n  ddlltool schema > scenario.schema.json\n",
            stdout);
        return ExitCode::ok;
    }
    if (!arguments.empty())
        return wrong_usage(arguments.front(), "schema takes no arguments", "ddlltool schema > FILE");
    std::string text = scenario::scenario_schema();
    if (!text.ends_with('\n')) text += '\n';
    std::fputs(text.c_str(), stdout);
    return ExitCode::ok;
}

} // namespace ddll::cli
