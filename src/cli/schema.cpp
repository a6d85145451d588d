#include "cli/session_options.h"
#include "cli/usage.h"
#include "scenario/reader.h"

#include <cstdio>

namespace ddll::cli {

std::unique_ptr<Parser> schema_parser() {
    auto parser = std::make_unique<Parser>(
        "Prints the JSON Schema (draft 7) of scenario files. An editor that knows it completes keys and marks\n"
        "mistakes: save it beside the scenarios and name it in their \"$schema\".",
        "ddlltool schema");
    parser->footer("examples:\n  ddlltool schema > scenario.schema.json");
    return parser;
}

ExitCode schema_command(const std::vector<std::string>& arguments, const Context&) {
    const auto app = schema_parser();
    if (const auto code = parse_arguments(*app, arguments)) return *code;
    std::string text = scenario::scenario_schema();
    if (!text.ends_with('\n')) text += '\n';
    std::fputs(text.c_str(), stdout);
    return ExitCode::ok;
}

} // namespace ddll::cli
