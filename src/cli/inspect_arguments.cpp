#include "cli/inspect_arguments.h"

#include "cli/choices.h"

namespace ddll::cli {
namespace {

/// As LD_LIBRARY_PATH is written; the loader takes either sign between folders.
void add_folders(const std::string& text, std::vector<std::string>& out) {
    for (std::size_t at = 0; at <= text.size();) {
        const auto end = std::min(text.find_first_of(":;", at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
}

constexpr const char* footer_text =
    R"(Nothing of a file is run, and nothing is loaded: what is told stands in the file, or follows from it. Whether a
possible hazard is one shows only when the driver runs. docs/inspect.md explains every section and rule.

examples:
  ddlltool inspect priv/counter.so                      everything, for reading
  ddlltool inspect old/counter.so new/counter.so        and what the two would share in one node
  ddlltool inspect --library-path /opt/lib counter.so   the node has LD_LIBRARY_PATH=/opt/lib
  ddlltool inspect --format json counter.so | jq '.files[0].findings[].rule'

exit codes: 0 no finding at or above --fail-on, 1 there is one, 2 wrong usage, 3 a file that cannot be used.)";

constexpr std::string_view formats[] = {"text", "json"};

struct InspectParser final : Parser {
    InspectParser();

    InspectArguments out;
    std::string color = "auto", fail_on = "warning";
    std::vector<std::string> folders, reports;
};

InspectParser::InspectParser()
    : Parser("Tells what driver files are, and what of them may hurt, without running them.", "ddlltool inspect") {
    footer(footer_text);
    takes(add_option("FILE", out.inputs, "driver files (NAME.so)"), file_with(".so"));
    takes(each(add_option("--library-path", folders,
                          "the node's LD_LIBRARY_PATH (default: empty; that of this shell is not used)")),
          {Takes::folder, "", {}})
        ->type_name("DIR[:DIR...]");
    Value known = choice_of(formats);
    known.takes = Takes::reports;
    takes(each(add_option("--format", reports, "text or json; several: text,json=FILE")), known)
        ->type_name("NAME[=FILE]");
    takes(add_option("--fail-on", fail_on, "least severity that counts as failure: error, warning, note or never"),
          choice_of(severities))
        ->type_name("SEVERITY");
    takes(add_option("--color", color, "auto, always or never; auto looks at the terminal and NO_COLOR"),
          choice_of(color_words))
        ->type_name("WHEN");
}

} // namespace

std::unique_ptr<Parser> inspect_parser() {
    return std::make_unique<InspectParser>();
}

Result<std::variant<InspectArguments, HelpText>> parse_inspect_arguments(const std::vector<std::string>& arguments) {
    InspectParser parser;
    auto help = parser.read(arguments);
    if (!help) return std::move(help).error();
    if (*help) return std::variant<InspectArguments, HelpText>(**std::move(help));
    InspectArguments& out = parser.out;
    for (const std::string& text : parser.folders) add_folders(text, out.library_path);
    auto outputs = outputs_of(parser.reports, formats);
    if (!outputs) return std::move(outputs).error();
    out.outputs = *std::move(outputs);
    const auto level = severity_of("--fail-on", parser.fail_on);
    if (!level) return level.error();
    out.fail_on = *level;
    const auto when = color_of(parser.color);
    if (!when) return when.error();
    out.color = *when;
    if (out.inputs.empty()) return about("inspect", "needs a driver file", "ddlltool inspect FILE.so...");
    return std::variant<InspectArguments, HelpText>(std::move(out));
}

} // namespace ddll::cli
