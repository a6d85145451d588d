#include "cli/commands.h"

#include "base/text.h"
#include "cli/describe.h"
#include "cli/session_options.h"
#include "cli/session_steps.h"
#include "cli/usage.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace ddll::cli {
namespace {

std::string help_text() {
    std::string out =
        "ddlltool rehearses loading, unloading and reloading Erlang linked-in drivers, without an Erlang node.\n\n"
        "usage: ddlltool COMMAND [ARGUMENT...]\n\n";
    std::string_view group;
    for (const auto& command : commands()) {
        if (command.group != group) out += fmt::format("{}{}\n", group.empty() ? "" : "\n", command.group);
        group = command.group;
        out += fmt::format("  {:<11} {}\n", command.name, command.doc);
    }
    out += "\n"
           "  ddlltool COMMAND --help   the arguments of a command\n"
           "  ddlltool --version        what this program was built from\n"
           "\n"
           "examples:\n"
           "  ddlltool run story.json            play one scenario and tell its story\n"
           "  ddlltool run -j4 tests/scenarios   play all scenarios of a folder\n"
           "  ddlltool load priv/lib counter     begin a session; ddlltool status shows it\n"
           "  ddlltool schema > scenario.schema.json\n";
    return out;
}

/// What could not be said was not answered.
ExitCode written(ExitCode code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    if (code == ExitCode::unusable_input) return code; // said already
    complain("stdout", fmt::format("cannot be written: {}", std::strerror(errno)));
    return worse(code, ExitCode::unusable_input);
}

struct HelpParser final : Parser {
    HelpParser() : Parser("Prints the list of commands, or the help of one.", "ddlltool help") {
        takes(add_option("COMMAND", words, "a command, and its verb"), {Takes::command, "", {}});
        footer("examples:\n  ddlltool help run\n  ddlltool help session export");
    }
    std::vector<std::string> words;
};

/// `ddlltool help`, `ddlltool help run` and `ddlltool help session export`.
ExitCode help_command(const std::vector<std::string>& arguments) {
    HelpParser app;
    if (const auto code = parse_arguments(app, arguments)) return *code;
    if (!app.words.empty()) {
        app.words.emplace_back("--help");
        return run_program(app.words);
    }
    std::fputs(help_text().c_str(), stdout);
    return ExitCode::ok;
}

Command grouped(Command row, std::string_view group) {
    row.group = group;
    return row;
}

} // namespace

std::span<const Command> commands() {
    static const std::vector<Command> table = [] {
        constexpr std::string_view stories = "stories in files", files = "driver files", begin = "beginning",
                                   session = "a session, step by step", queries = "looking at the session",
                                   self = "about ddlltool";
        std::vector<Command> all = {
            {"run", "play scenario files and report what held and what did not", stories, run_command, run_parser},
            {"verify", "play scenario files on a real Erlang emulator too, and compare", stories, verify_command,
             verify_parser},
            {"export", "write a test suite of Erlang's own that plays scenario files on a node", stories,
             export_command, export_parser},
            grouped(report_row(), stories),
            {"check", "is this driver safe to replace on a live node?", files, check_command, check_parser},
            {"inspect", "what driver files are and what of them may hurt, without running them", files, inspect_command,
             inspect_parser},
            {"explain", "what a rule, an error or a state means, and what to do about it", files, explain_command,
             explain_parser},
            {"init", "write a driver project that builds, plays and passes", begin, init_command, init_parser},
        };
        for (const auto& [name, doc] : session_steps()) {
            const std::string_view step = name;
            all.push_back({step, doc, session,
                           [step](const std::vector<std::string>& arguments) { return session_step(step, arguments); },
                           [step] { return session_step_parser(step); }});
        }
        const std::vector<Command> rest = {
            {"receive", "read the mailbox of a process", session, receive_command, receive_parser},
            {"status", "drivers, their code in memory and on disk, users, ports, findings", queries, status_command,
             status_parser},
            {"why", "what holds a driver's code, and the shortest way out", queries, why_command, why_parser},
            {"log", "the story of the session so far", queries, log_command, log_parser},
            grouped(session_row(), queries),
            {"shell", "the same, typed as Erlang calls", queries, shell_command, shell_parser},
            {"schema", "print the JSON Schema of scenario files, or of reports", self, schema_command, schema_parser},
            grouped(completions_row(), self),
            {"man", "print a manual page", self, man_command, man_parser},
            {"help", "print this, or the help of a command", self, help_command,
             [] { return std::make_unique<HelpParser>(); }},
        };
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    }();
    return table;
}

ExitCode run_program(const std::vector<std::string>& arguments) {
    if (arguments.empty()) {
        std::fputs(help_text().c_str(), stderr);
        return ExitCode::usage;
    }
    const std::string& word = arguments.front();
    if (word == "--help" || word == "-h") {
        std::fputs(help_text().c_str(), stdout);
        return ExitCode::ok;
    }
    if (word == "--version") {
        std::fputs(version_text().c_str(), stdout);
        return ExitCode::ok;
    }
    std::vector<std::string_view> names;
    for (const auto& command : commands()) {
        if (word == command.name) return written(command.run({arguments.begin() + 1, arguments.end()}));
        names.push_back(command.name);
    }
    names.push_back("--help");
    names.push_back("--version");
    auto meant = nearest(word, names);
    for (const NamedCommand& one : all_commands())
        if (one.name.ends_with(" " + word)) meant = one.name;
    return wrong_usage(word, word.starts_with('-') ? "no such option" : "no such command",
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool --help lists them");
}

} // namespace ddll::cli
