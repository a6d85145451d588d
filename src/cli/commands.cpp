#include "cli/commands.h"

#include "base/text.h"
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
        out += fmt::format("  {:<10} {}\n", command.name, command.doc);
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

/// `ddlltool help` and `ddlltool help run`.
ExitCode help_command(const std::vector<std::string>& arguments, const Context& context) {
    if (!arguments.empty()) return run_program({arguments.front(), "--help"}, context);
    std::fputs(help_text().c_str(), stdout);
    return ExitCode::ok;
}

} // namespace

std::span<const Command> commands() {
    static const std::vector<Command> table = [] {
        constexpr std::string_view stories = "stories in files", files = "driver files", begin = "beginning",
                                   session = "a session, step by step", queries = "looking at the session",
                                   self = "about ddlltool";
        std::vector<Command> all = {
            {"run", "play scenario files and report what held and what did not", stories, run_command},
            {"verify", "play scenario files on a real Erlang emulator too, and compare", stories, verify_command},
            {"export", "write a test suite of Erlang's own that plays scenario files on a node", stories,
             export_command},
            {"check", "is this driver safe to replace on a live node?", files, check_command},
            {"inspect", "what driver files are and what of them may hurt, without running them", files,
             inspect_command},
            {"explain", "what a rule, an error or a state means, and what to do about it", files, explain_command},
            {"init", "write a driver project that builds, plays and passes", begin, init_command},
        };
        for (const auto& [name, doc] : session_steps())
            all.push_back(
                {name, doc, session, [step = name](const std::vector<std::string>& arguments, const Context& context) {
                     return session_step(step, arguments, context);
                 }});
        all.push_back({"receive", "read the mailbox of a process", session, receive_command});
        all.push_back(
            {"status", "drivers, their code in memory and on disk, users, ports, findings", queries, status_command});
        all.push_back({"why", "what holds a driver's code, and the shortest way out", queries, why_command});
        all.push_back({"log", "the story of the session so far", queries, log_command});
        all.push_back({"session", "start, stop, list and export sessions", queries, session_command});
        all.push_back({"shell", "the same, typed as Erlang calls", queries, shell_command});
        all.push_back({"schema", "print the JSON Schema of scenario files, or of reports", self, schema_command});
        all.push_back({"help", "print this, or the help of a command", self, help_command});
        return all;
    }();
    return table;
}

ExitCode run_program(const std::vector<std::string>& arguments, const Context& context) {
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
        if (word == command.name) return written(command.run({arguments.begin() + 1, arguments.end()}, context));
        names.push_back(command.name);
    }
    names.push_back("--help");
    names.push_back("--version");
    const auto meant = nearest(word, names);
    return wrong_usage(word, word.starts_with('-') ? "no such option" : "no such command",
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool --help lists them");
}

} // namespace ddll::cli
