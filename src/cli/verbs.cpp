#include "cli/verbs.h"

#include "base/text.h"
#include "cli/parser.h"
#include "cli/usage.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>

namespace ddll::cli {
namespace {

std::vector<std::string_view> names_of(const Command& command) {
    std::vector<std::string_view> names;
    for (const Command& verb : command.verbs) names.push_back(verb.name);
    return names;
}

std::string help_text(const Command& command) {
    const auto parser = command.parser();
    std::string out = fmt::format("usage: ddlltool {} {} [ARGUMENT...]\n\n{}\n\n", command.name,
                                  fmt::join(names_of(command), "|"), parser->summary());
    for (const Command& verb : command.verbs) out += fmt::format("  {:<10} {}\n", verb.name, verb.doc);
    return out + fmt::format("\n  ddlltool {} {} --help   the arguments of a verb\n\n{}\n", command.name,
                             command.verbs.front().name, parser->footer());
}

ExitCode run_verb(const Command& command, const std::vector<std::string>& arguments) {
    const auto names = names_of(command);
    const std::string all_help = fmt::format("ddlltool {} --help", command.name);
    if (arguments.empty()) return wrong_usage(command.name, fmt::format("needs {}", one_of(names)), all_help);
    const std::string& word = arguments.front();
    if (word == "--help" || word == "-h") {
        std::fputs(help_text(command).c_str(), stdout);
        return ExitCode::ok;
    }
    for (const Command& verb : command.verbs)
        if (verb.name == word) return verb.run({arguments.begin() + 1, arguments.end()});
    const auto meant = nearest(word, names);
    return wrong_usage(fmt::format("{} {}", command.name, word), fmt::format("must be {}", one_of(names)),
                       meant ? fmt::format("did you mean {}?", *meant) : all_help);
}

} // namespace

Command with_verbs(Command command) {
    const auto all = std::make_shared<const Command>(command);
    command.run = [all](const std::vector<std::string>& arguments) { return run_verb(*all, arguments); };
    return command;
}

} // namespace ddll::cli
