#include "cli/describe.h"

#include <fmt/format.h>

namespace ddll::cli {
namespace {

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
    out.name = parser.name();
    out.summary = parser.summary();
    out.options = parser.options();
    out.positionals = parser.positionals();
    read_footer(parser.footer(), out);
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
