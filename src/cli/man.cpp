/// `ddlltool man`: the manual pages.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/man_page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>

namespace ddll::cli {
namespace {

struct ManParser final : Parser {
    ManParser()
        : Parser("Prints the manual page of ddlltool, or that of a command, for man(1) and whoever installs it.",
                 "ddlltool man") {
        add_option("COMMAND", words, "a command, and its verb")->takes({Takes::command});
        add_flag("--list", list, "print the names of all pages and the commands they are about");
        footer("examples:\n"
               "  ddlltool man run | man -l -\n"
               "  ddlltool man session start > ddlltool-session-start.1");
    }
    ExitCode run() override;

    std::vector<std::string> words;
    bool list = false;
};

ExitCode ManParser::run() {
    const auto all = all_commands();
    if (list) {
        std::puts("ddlltool");
        for (const NamedCommand& one : all) std::puts(fmt::format("{} {}", man_page_name(one.name), one.name).c_str());
        return ExitCode::ok;
    }
    if (words.empty()) {
        std::fputs(man_page_of_program().c_str(), stdout);
        return ExitCode::ok;
    }
    const std::string wanted = fmt::format("{}", fmt::join(words, " "));
    std::vector<std::string_view> names;
    for (const NamedCommand& one : all) {
        names.push_back(one.name);
        if (one.name != wanted) continue;
        std::fputs(man_page(one).c_str(), stdout);
        return ExitCode::ok;
    }
    const auto meant = nearest(wanted, names);
    return wrong_usage(wanted, "no such command",
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool --help lists them");
}

} // namespace

std::unique_ptr<Parser> man_parser() {
    return std::make_unique<ManParser>();
}

} // namespace ddll::cli
