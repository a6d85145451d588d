#include "base/text.h"
#include "cli/commands.h"
#include "cli/usage.h"
#include "report/json.h"
#include "scenario/reader.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>

namespace ddll::cli {
namespace {

struct Schema {
    std::string_view name;
    std::string_view doc;
    std::string (*text)();
};

constexpr std::array<Schema, 2> schemas = {{
    {"scenario", "scenario files (the default)", scenario::scenario_schema},
    {"report", "what run --format json writes", report::report_schema},
}};

std::string help_text() {
    std::string out = "usage: ddlltool schema [NAME]\n\nPrints a JSON Schema (draft 7):\n";
    for (const auto& schema : schemas) out += fmt::format("  {:<10} {}\n", schema.name, schema.doc);
    return out +
           "\nAn editor that knows the schema of scenarios completes keys and marks mistakes: save it beside the\n"
           "scenarios and name it in their \"$schema\".\n\n"
           "examples:\n"
           "  ddlltool schema > scenario.schema.json\n"
           "  ddlltool schema report > report.schema.json\n";
}

} // namespace

ExitCode schema_command(const std::vector<std::string>& arguments, const Context&) {
    if (!arguments.empty() && (arguments.front() == "--help" || arguments.front() == "-h")) {
        std::fputs(help_text().c_str(), stdout);
        return ExitCode::ok;
    }
    if (arguments.size() > 1) return wrong_usage(arguments[1], "not expected here", "ddlltool schema [NAME]");
    const std::string_view wanted = arguments.empty() ? schemas.front().name : std::string_view(arguments.front());
    std::array<std::string_view, schemas.size()> names;
    for (std::size_t i = 0; i < schemas.size(); ++i) {
        names[i] = schemas[i].name;
        if (names[i] != wanted) continue;
        std::string text = schemas[i].text();
        if (!text.ends_with('\n')) text += '\n';
        std::fputs(text.c_str(), stdout);
        return ExitCode::ok;
    }
    const auto meant = nearest(wanted, names);
    return wrong_usage(wanted, fmt::format("must be {}", one_of(names)),
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool schema > FILE");
}

} // namespace ddll::cli
