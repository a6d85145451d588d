/// `ddlltool completions bash|zsh|fish`, and what their scripts ask: `ddlltool completions words`.
#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/session_options.h"

#include <embedded/cli.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

namespace ddll::cli {
namespace {

using Json = nlohmann::json;

std::vector<std::string> names_in(const Json& list) {
    std::vector<std::string> out;
    if (!list.is_array()) return out;
    for (const Json& item : list)
        if (item.is_object() && item.contains("name") && item.at("name").is_string()) out.push_back(item.at("name"));
    return out;
}

/// Of the session that is meant, if it runs. No reasons are given while somebody types, and nothing waits for a
/// driver that hangs.
std::vector<Value::Choice> live_names(Takes what, const std::string& session) {
    signal(SIGALRM, [](int) { _exit(0); });
    alarm(2);
    SessionOptions options;
    options.session = session;
    if (!complete(options)) return {};
    std::vector<Value::Choice> out;
    const auto place = session::SessionFolder::find(options.session);
    if (!place) return {};
    if (what == Takes::session) {
        for (const std::string& name : place->all()) out.push_back({name, "session"});
        return out;
    }
    const Reply reply = ask(options, session::request_of(session::Request::Kind::status), false);
    if (!reply.answer) return {};
    const Json& status = *reply.answer;
    if (what == Takes::process)
        for (const std::string& name : names_in(status.value("processes", Json()))) out.push_back({name, "process"});
    const Json drivers = status.value("drivers", Json::array());
    if (what == Takes::driver)
        for (const std::string& name : names_in(drivers)) out.push_back({name, "loaded"});
    if (what == Takes::port)
        for (const Json& driver : drivers)
            for (const Json& port : driver.value("ports", Json::array()))
                out.push_back({port.value("name", ""),
                               fmt::format("{} of {}", driver.value("name", ""), port.value("owner", ""))});
    return out;
}

std::string one_line(const std::string& text) {
    std::string out = text.substr(0, text.find('\n'));
    for (char& c : out)
        if (c == '\t') c = ' ';
    return out;
}

struct WordsParser final : Parser {
    WordsParser()
        : Parser(
              "What the scripts ask at every Tab: the words behind ddlltool, the last of them being typed. The first\n"
              "line of the answer is words, files or folders, the ending of those files and what comes before their\n"
              "names in the word, with tabs between them; then a line for each choice: the word, a tab, what it is.",
              "ddlltool completions words") {
        add_option("WORD", typed, "the words, after --");
        footer("examples:\n  ddlltool completions words -- run --fo");
    }
    Result<std::optional<HelpText>> read(const std::vector<std::string>& arguments) override {
        // These are somebody's words, finished or not.
        if (arguments.empty() || arguments.front() != "--") return Parser::read(arguments);
        typed.assign(arguments.begin() + 1, arguments.end());
        return std::optional<HelpText>();
    }
    ExitCode run() override;
    std::vector<std::string> typed;
};

ExitCode WordsParser::run() {
    const Completion found =
        complete(typed, [&](Takes what, const std::string& session) { return live_names(what, session); });
    const char* kind = found.files == Completion::Files::files     ? "files"
                       : found.files == Completion::Files::folders ? "folders"
                                                                   : "words";
    std::fputs(fmt::format("{}\t{}\t{}\n", kind, found.suffix, found.prefix).c_str(), stdout);
    for (const Value::Choice& choice : found.words)
        std::fputs(fmt::format("{}\t{}\n", choice.word, one_line(choice.doc)).c_str(), stdout);
    return ExitCode::ok;
}

struct ScriptParser final : Parser {
    ScriptParser(std::string_view shell, std::string_view script, std::string_view examples)
        : Parser(fmt::format("Prints what makes {} complete the words of ddlltool.", shell),
                 fmt::format("ddlltool completions {}", shell)),
          text(script) {
        footer(fmt::format("examples:\n{}", examples));
    }
    ExitCode run() override {
        std::fwrite(text.data(), 1, text.size(), stdout);
        return ExitCode::ok;
    }
    std::string_view text;
};

Command script(std::string_view shell, std::string_view doc, std::string_view text, std::string_view examples) {
    return {shell, doc, "", [=] { return std::make_unique<ScriptParser>(shell, text, examples); }};
}

} // namespace

Command completions_row(std::string_view group) {
    const auto parser = [] {
        auto out = std::make_unique<Parser>("Shells complete commands, options, their values, files where a file is "
                                            "wanted, and in a session that runs\n"
                                            "the names of its drivers, ports and processes.",
                                            "ddlltool completions");
        out->footer("examples:\n  eval \"$(ddlltool completions bash)\"     now, or in ~/.bashrc");
        return out;
    };
    const std::vector<Command> verbs = {
        script("bash", "for bash", embedded::completion_bash(),
               "  eval \"$(ddlltool completions bash)\"     now, or in ~/.bashrc\n"
               "  ddlltool completions bash > ~/.local/share/bash-completion/completions/ddlltool"),
        script("zsh", "for zsh", embedded::completion_zsh(),
               "  eval \"$(ddlltool completions zsh)\"      after compinit, now or in ~/.zshrc\n"
               "  ddlltool completions zsh > ~/.zfunc/_ddlltool"),
        script("fish", "for fish", embedded::completion_fish(),
               "  ddlltool completions fish | source\n"
               "  ddlltool completions fish > ~/.config/fish/completions/ddlltool.fish"),
        {"words", "what the scripts ask", "", [] { return std::make_unique<WordsParser>(); }},
    };
    return {"completions", "print what makes bash, zsh or fish complete commands", group, parser, verbs};
}

} // namespace ddll::cli
