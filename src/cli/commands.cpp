#include "cli/commands.h"

#include "base/text.h"
#include "isolate/interruption.h"

#include <erl_driver.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

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

std::string version_text() {
#ifdef __clang__
    const std::string compiler = fmt::format("clang {}.{}.{}", __clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    const std::string compiler = fmt::format("g++ {}.{}.{}", __GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
    return fmt::format("ddlltool {}\n"
                       "driver interface {}.{} (erl_driver.h of Erlang/OTP {})\n"
                       "built by {}\n",
                       DDLLTOOL_VERSION, ERL_DRV_EXTENDED_MAJOR_VERSION, ERL_DRV_EXTENDED_MINOR_VERSION, DDLLTOOL_OTP,
                       compiler);
}

std::vector<std::string_view> names_of(std::span<const Command> commands) {
    std::vector<std::string_view> names;
    for (const Command& command : commands) names.push_back(command.name);
    return names;
}

std::string help_text(const Command& command) {
    const auto parser = command.parser();
    std::string out = fmt::format("usage: ddlltool {} {} [ARGUMENT...]\n\n{}\n\n", command.name,
                                  fmt::join(names_of(command.verbs), "|"), parser->summary());
    for (const Command& verb : command.verbs) out += fmt::format("  {:<10} {}\n", verb.name, verb.doc);
    return out + fmt::format("\n  ddlltool {} {} --help   the arguments of a verb\n\n{}\n", command.name,
                             command.verbs.front().name, parser->footer());
}

ExitCode printed(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    return ExitCode::ok;
}

/// A command that takes no verb, or one of its verbs.
ExitCode run(const Command& command, const std::vector<std::string>& arguments) {
    const auto parser = command.parser();
    isolate::Interruption::let_through();
    const auto help = parser->read(arguments);
    if (!help) return wrong_usage(help.error());
    return *help ? printed((*help)->text) : parser->run();
}

ExitCode run_verb(const Command& command, const std::vector<std::string>& arguments) {
    const auto names = names_of(command.verbs);
    const std::string all_help = fmt::format("ddlltool {} --help", command.name);
    if (arguments.empty()) return wrong_usage(command.name, fmt::format("needs {}", one_of(names)), all_help);
    const std::string& word = arguments.front();
    if (word == "--help" || word == "-h") return printed(help_text(command));
    for (const Command& verb : command.verbs)
        if (verb.name == word) return run(verb, {arguments.begin() + 1, arguments.end()});
    const auto meant = nearest(word, names);
    return wrong_usage(fmt::format("{} {}", command.name, word), fmt::format("must be {}", one_of(names)),
                       meant ? fmt::format("did you mean {}?", *meant) : all_help);
}

/// What could not be said was not answered.
ExitCode written(ExitCode code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
    if (code == ExitCode::unusable_input) return code; // said already
    complain("stdout", fmt::format("cannot be written: {}", std::strerror(errno)));
    return worse(code, ExitCode::unusable_input);
}

/// `ddlltool help`, `ddlltool help run` and `ddlltool help session export`.
struct HelpParser final : Parser {
    HelpParser() : Parser("Prints the list of commands, or the help of one.", "ddlltool help") {
        add_option("COMMAND", words, "a command, and its verb")->takes({Takes::command});
        footer("examples:\n  ddlltool help run\n  ddlltool help session export");
    }
    ExitCode run() override {
        if (words.empty()) return printed(help_text());
        words.emplace_back("--help");
        return run_program(words);
    }
    std::vector<std::string> words;
};

} // namespace

std::span<const Command> commands() {
    static const std::vector<Command> table = [] {
        constexpr std::string_view scenarios = "stories in files", files = "driver files", nodes = "live nodes",
                                   begin = "beginning", session = "a session, step by step",
                                   queries = "looking at the session", self = "about ddlltool";
        std::vector<Command> all = {
            {"run", "play scenario files and report what held and what did not", scenarios, run_parser},
            {"verify", "play scenario files on a real Erlang emulator too, and compare", scenarios, verify_parser},
            {"export", "write a test suite of Erlang's own that plays scenario files on a node", scenarios,
             export_parser},
            report_row(scenarios),
            {"check", "is this driver safe to replace on a live node?", files, check_parser},
            {"inspect", "what driver files are and what of them may hurt, without running them", files, inspect_parser},
            {"explain", "what a rule, an error or a state means, and what to do about it", files, explain_parser},
            {"doctor", "what a live node has mapped: stale, pinned or overwritten drivers, and what holds them", nodes,
             doctor_parser},
            {"record", "run a command that starts Erlang nodes, and write what they do with drivers as scenarios",
             nodes, record_parser},
            {"init", "write a driver project that builds, plays and passes", begin, init_parser},
        };
        const auto steps = session_steps(session);
        all.insert(all.end(), steps.begin(), steps.end());
        const std::vector<Command> rest = {
            {"receive", "read the mailbox of a process", session, receive_parser},
            {"status", "drivers, their code in memory and on disk, users, ports, findings", queries, status_parser},
            {"why", "what holds a driver's code, and the shortest way out", queries, why_parser},
            {"log", "the story of the session so far", queries, log_parser},
            session_row(queries),
            {"shell", "the same, typed as Erlang calls", queries, shell_parser},
            {"schema", "print the JSON Schema of scenario files, or of reports", self, schema_parser},
            completions_row(self),
            {"man", "print a manual page", self, man_parser},
            {"help", "print this, or the help of a command", self, [] { return std::make_unique<HelpParser>(); }},
        };
        all.insert(all.end(), rest.begin(), rest.end());
        return all;
    }();
    return table;
}

std::vector<NamedCommand> all_commands() {
    std::vector<NamedCommand> out;
    for (const Command& command : commands()) {
        out.push_back({std::string(command.name), &command});
        for (const Command& verb : command.verbs) out.push_back({fmt::format("{} {}", command.name, verb.name), &verb});
    }
    return out;
}

ExitCode run_program(const std::vector<std::string>& arguments) {
    if (arguments.empty()) {
        std::fputs(help_text().c_str(), stderr);
        return ExitCode::usage;
    }
    const std::string& word = arguments.front();
    if (word == "--help" || word == "-h") return printed(help_text());
    if (word == "--version") return printed(version_text());
    const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
    for (const auto& command : commands())
        if (word == command.name) return written(command.verbs.empty() ? run(command, rest) : run_verb(command, rest));
    auto names = names_of(commands());
    names.push_back("--help");
    names.push_back("--version");
    auto meant = nearest(word, names);
    for (const NamedCommand& one : all_commands())
        if (one.name.ends_with(" " + word)) meant = one.name;
    return wrong_usage(word, word.starts_with('-') ? "no such option" : "no such command",
                       meant ? fmt::format("did you mean {}?", *meant) : "ddlltool --help lists them");
}

} // namespace ddll::cli
