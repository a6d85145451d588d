#include "base/text.h"
#include "cli/commands.h"
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

struct SchemaParser final : Parser {
    std::string name{schemas.front().name};

    SchemaParser()
        : Parser("Prints a JSON Schema (draft 7). An editor that knows the one of scenarios completes keys and marks\n"
                 "mistakes: save it beside the scenarios and name it in their \"$schema\".",
                 "ddlltool schema") {
        Value value{Takes::choice};
        std::string doc;
        for (const Schema& schema : schemas) {
            value.choices.push_back({std::string(schema.name), std::string(schema.doc)});
            doc += fmt::format("{}{}: {}", doc.empty() ? "" : "; ", schema.name, schema.doc);
        }
        add_option("NAME", name, doc)->takes(std::move(value));
        footer("examples:\n"
               "  ddlltool schema > scenario.schema.json\n"
               "  ddlltool schema report > report.schema.json");
    }
    ExitCode run() override;
};

ExitCode SchemaParser::run() {
    std::array<std::string_view, schemas.size()> names;
    for (std::size_t i = 0; i < schemas.size(); ++i) {
        names[i] = schemas[i].name;
        if (names[i] != name) continue;
        std::string text = schemas[i].text();
        if (!text.ends_with('\n')) text += '\n';
        std::fputs(text.c_str(), stdout);
        return ExitCode::ok;
    }
    const auto meant = nearest(name, names);
    return wrong_usage(name, fmt::format("must be {}", one_of(names)),
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool schema > FILE");
}

} // namespace

std::unique_ptr<Parser> schema_parser() {
    return std::make_unique<SchemaParser>();
}

} // namespace ddll::cli
