#include "cli/describe.h"

#include <fmt/format.h>

namespace ddll::cli {
namespace {

DescribedOption described(const Parser& parser, const CLI::Option& option) {
    DescribedOption out;
    for (const auto& name : option.get_snames()) out.names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) out.names.push_back("--" + name);
    out.doc = option.get_description();
    out.value = parser.value_of(&option);
    if (option.get_items_expected_max() == 0) return out;
    out.repeats = option.get_expected_max() > 1;
    // "N:UINT in [1 - 1024]" when a range is checked.
    out.value_name = option.get_type_name();
    const auto range = out.value_name.find(" in [");
    if (range == std::string::npos) return out;
    out.range = out.value_name.substr(range + 5);
    out.range.resize(out.range.find(']'));
    out.range.replace(out.range.find(" - "), 3, " to ");
    out.value_name.resize(out.value_name.rfind(':', range));
    return out;
}

/// The foot of --help has paragraphs; two of them begin with a word that says what they are.
void read_footer(const std::string& footer, Description& out) {
    for (std::size_t at = 0; at < footer.size();) {
        const auto end = std::min(footer.find("\n\n", at), footer.size());
        std::string paragraph = footer.substr(at, end - at);
        while (paragraph.ends_with('\n')) paragraph.pop_back();
        at = end + 2;
        constexpr std::string_view examples = "examples:\n", codes = "exit codes: ";
        if (paragraph.starts_with(examples))
            out.examples = paragraph.substr(examples.size());
        else if (paragraph.starts_with(codes))
            out.exit_codes = paragraph.substr(codes.size());
        else
            out.notes += (out.notes.empty() ? "" : "\n\n") + paragraph;
    }
}

} // namespace

Description describe(const Parser& parser) {
    Description out;
    out.name = parser.get_name();
    out.summary = parser.get_description();
    for (const CLI::Option* option : parser.get_options()) {
        if (!option->get_positional()) {
            out.options.push_back(described(parser, *option));
        } else if (!parser.positionals()) {
            const Value& value = parser.value_of(option);
            out.positionals.push_back({option->get_name(true, false), option->get_description(), option->get_required(),
                                       option->get_expected_max() > 1, value});
        }
    }
    if (parser.positionals()) out.positionals = *parser.positionals();
    read_footer(parser.get_footer(), out);
    return out;
}

std::vector<NamedCommand> all_commands() {
    std::vector<NamedCommand> out;
    for (const Command& command : commands()) {
        out.push_back({std::string(command.name), &command});
        for (const Command& verb : command.verbs) out.push_back({fmt::format("{} {}", command.name, verb.name), &verb});
    }
    return out;
}

} // namespace ddll::cli
