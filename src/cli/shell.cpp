/// `ddlltool shell`: the calls of a session typed in Erlang, and a few functions of the shell's own.
#include "base/text.h"
#include "base/time.h"
#include "calls/calls.h"
#include "calls/ddll_call.h"
#include "cli/commands.h"
#include "cli/session_options.h"
#include "cli/shell_input.h"
#include "cli/shell_text.h"
#include "session/text.h"
#include "term/expr.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace ddll::cli {

namespace {

using Json = nlohmann::json;
using session::Request;
using term::Term;

// Atoms, texts and numbers as words.
std::optional<std::string> word_of(const term::Expr& expr) {
    if (expr.kind == term::Expr::Kind::variable) return expr.name;
    if (auto word = calls::literal_word(expr)) return word;
    if (expr.kind != term::Expr::Kind::literal) return std::nullopt;
    return term::print(expr.value);
}

/// The emulator works in a folder of its own: what is written relative to this one is meant here.
term::ExprPtr with_whole_folder(const term::ExprPtr& expr) {
    const auto call = calls::ddll_call(*expr);
    if (!call || call->folder == nullptr || !call->folder->value.is_list()) return expr;
    const auto folder = calls::literal_word(*call->folder);
    if (!folder || folder->empty() || folder->starts_with('/')) return expr;
    std::error_code ignored;
    auto whole = std::make_shared<term::Expr>(*call->folder);
    const std::string here = std::filesystem::current_path(ignored).string();
    whole->value = Term::string(*folder == "." ? here : here + '/' + *folder);
    auto out = std::make_shared<term::Expr>(*expr);
    out->children[0] = std::move(whole);
    return out;
}

class Shell {
public:
    Shell(const SessionOptions& options, std::unique_ptr<session::Connection> connection)
        : options_(options), connection_(std::move(connection)), input_(shell_input([this] { return words(); })) {}

    ExitCode run() {
        if (input_->terminal())
            std::printf("session %s; help(). tells what there is, q(). or Ctrl-D leaves\n", options_.session.c_str());
        std::string typed;
        while (!over_) {
            const bool more = typed.find_first_not_of(" \t\r\n") != std::string::npos;
            if (!more) typed.clear();
            const std::string prompt = process_ + "> ";
            const auto line = input_->line(more ? std::string(prompt.size() - 2, '.') + "> " : prompt);
            if (!line) {
                if (more) complain_of("the last expression has no full stop at its end");
                break;
            }
            if (input_->abandoned()) {
                typed.clear();
                continue;
            }
            typed += *line;
            while (const auto end = end_of_expression(typed)) {
                std::string expression = typed.substr(0, *end - 1);
                typed.erase(0, *end);
                const auto first = expression.find_first_not_of(" \t\r\n");
                if (first == std::string::npos) continue;
                expression.erase(0, first);
                input_->remember(expression + ".");
                evaluate(expression);
                std::fflush(stdout);
                if (over_) break;
            }
        }
        if (input_->terminal()) std::fputc('\n', stdout);
        return input_->terminal() ? ExitCode::ok : code_;
    }

private:
    using Arguments = std::vector<std::string>;
    struct Function {
        std::string_view name;
        std::size_t least, most; ///< arguments
        std::string_view usage, doc;
        void (Shell::*run)(const Arguments& arguments);
    };

    static std::span<const Shell::Function> functions() {
        static constexpr Function table[] = {
            {"as", 1, 1, "as(alice).", "speak as this process from now on; a new name starts one", &Shell::as},
            {"spawn", 1, 2, "spawn(alice, trap_exit).",
             "start a process that traps exits; spawn(alice) one that does not", &Shell::spawn},
            {"flush", 0, 0, "flush().", "read the mailbox", &Shell::flush},
            {"advance", 1, 1, "advance(\"250ms\").", "move the clock", &Shell::advance},
            {"install", 2, 3, "install(\"v2.so\", \"lib\", x).", "put a driver file in place, by rename",
             &Shell::install},
            {"status", 0, 0, "status().", "what there is", &Shell::status},
            {"why", 1, 1, "why(counter).", "what holds a driver, and the shortest way out", &Shell::why},
            {"log", 0, 0, "log().", "the story so far", &Shell::log},
            {"help", 0, 0, "help().", "this", &Shell::help},
            {"q", 0, 0, "q().", "leave the shell; the session goes on", &Shell::quit},
        };
        return table;
    }

    void evaluate(const std::string& text) {
        Binding binding = split_binding(text);
        const auto expr = term::parse_expr(binding.expression);
        if (!expr) {
            const Error& e = expr.error();
            return complain_of(fmt::format("{}, line {}, column {}", e.message, e.place.line, e.place.column), e.hint);
        }
        if (binding.pattern.empty() && own_function(**expr)) return;
        Request request = session::request_of(Request::Kind::call);
        request.call = term::print(*with_whole_folder(*expr));
        request.pattern = std::move(binding.pattern);
        request.starts = calls::loads(**expr);
        step(std::move(request));
    }

    bool own_function(const term::Expr& expr) {
        if (expr.kind != term::Expr::Kind::call || !expr.module.empty()) return false;
        for (const Function& function : functions()) {
            if (function.name != expr.name) continue;
            Arguments arguments;
            for (const auto& child : expr.children)
                if (const auto word = word_of(*child)) arguments.push_back(*word);
            if (arguments.size() != expr.children.size() || arguments.size() < function.least ||
                arguments.size() > function.most)
                complain_of(fmt::format("{} is used like this: {}", function.name, function.usage));
            else
                (this->*function.run)(arguments);
            return true;
        }
        return false;
    }

    void complain_of(std::string_view why, std::string_view hint = {}) {
        std::string line = "* " + report::printable(why);
        if (!hint.empty()) line += fmt::format(" ({})", report::printable(hint));
        std::puts(line.c_str());
        code_ = worse(code_, ExitCode::usage);
    }

    std::optional<Json> ask(Request request) {
        if (request.by.empty()) request.by = process_;
        request.limit = options_.limit;
        auto answer = connection_->ask(request);
        if (answer && answer->contains("ended")) {
            // It waited too long for a command, or somebody stopped it: the next one begins.
            if (auto next = connect(options_, true); next && *next) {
                connection_ = *std::move(next);
                answer = connection_->ask(request);
            }
        }
        if (!answer) {
            complain_of(answer.error().message, answer.error().hint);
            over_ = true;
            return std::nullopt;
        }
        if (answer->contains("error")) {
            complain_of(answer->at("error").value("message", ""), answer->at("error").value("hint", ""));
            return std::nullopt;
        }
        return *std::move(answer);
    }

    void step(Request request) {
        if (const auto answer = ask(std::move(request))) code_ = worse(code_, show_answer(*answer, options_));
    }

    void show(Request request, std::string (*text)(const Json&, const report::Style&)) {
        if (const auto answer = ask(std::move(request))) std::fputs(text(*answer, options_.style).c_str(), stdout);
    }

    std::vector<std::string> words() {
        std::vector<std::string> out;
        for (const Function& function : functions()) out.push_back(std::string(function.name) + "(");
        for (const auto& call : calls::known_calls())
            out.push_back((call.module == "erlang" ? "" : call.module + ":") + call.name + "(");
        Request request = session::request_of(Request::Kind::status);
        if (const auto status = connection_->ask(request); status && status->contains("drivers")) {
            for (const Json& driver : status->at("drivers")) out.push_back(driver.value("name", ""));
            for (const Json& process : status->at("processes")) out.push_back(process.value("name", ""));
            for (const Json& name : status->value("variables", Json::array())) out.push_back(name);
        }
        return out;
    }

    void as(const Arguments& arguments) { process_ = arguments[0]; }
    void spawn(const Arguments& arguments) {
        Request request = session::request_of(Request::Kind::spawn);
        request.by = arguments[0];
        request.trap_exit = arguments.size() > 1;
        if (request.trap_exit && arguments[1] != "trap_exit")
            return complain_of(fmt::format("spawn(NAME, {}) means nothing", arguments[1]), "spawn(NAME, trap_exit)");
        request.starts = true;
        step(std::move(request));
    }
    void install(const Arguments& arguments) {
        Request request = session::request_of(Request::Kind::install);
        request.starts = true;
        request.file = std::filesystem::absolute(arguments[0]);
        request.into = std::filesystem::absolute(arguments[1]);
        request.as = arguments.size() > 2 ? arguments[2] : std::filesystem::path(arguments[0]).stem().string();
        step(std::move(request));
    }
    void advance(const Arguments& arguments) {
        Request request = session::request_of(Request::Kind::advance);
        const auto by = parse_duration(arguments[0]);
        if (!by) return complain_of(by.error().message, by.error().hint);
        request.by_how_much = *by;
        step(std::move(request));
    }
    void flush(const Arguments&) { show(session::request_of(Request::Kind::receive), session::messages_text); }
    void status(const Arguments&) { show(session::request_of(Request::Kind::status), session::status_text); }
    void why(const Arguments& arguments) {
        Request request = session::request_of(Request::Kind::why);
        request.driver = arguments[0];
        show(std::move(request), session::why_text);
    }
    void log(const Arguments&) {
        show(session::request_of(Request::Kind::log),
             [](const Json& answer, const report::Style&) { return answer.value("text", ""); });
    }
    void help(const Arguments&) {
        std::fputs(
            "Any Erlang expression that a scenario may use, with a full stop at its end:\n"
            "  erl_ddll:try_load(\"priv/lib\", counter, []).     P = open_port({spawn_driver, \"counter\"}, []).\n"
            "What has no name gets one: ports P1, P2, ..., references Ref1, ... Processes are alice or Alice.\n"
            "Functions of the shell:\n",
            stdout);
        for (const Function& f : functions())
            std::printf("  %-28s %s\n", std::string(f.usage).c_str(), std::string(f.doc).c_str());
    }
    void quit(const Arguments&) { over_ = true; }

    const SessionOptions& options_;
    std::unique_ptr<session::Connection> connection_;
    std::unique_ptr<ShellInput> input_;
    std::string process_ = options_.as;
    ExitCode code_ = ExitCode::ok;
    bool over_ = false;
};

struct ShellParser final : Parser {
    ShellParser()
        : Parser("The calls of a session typed in Erlang, with history and completion. Reads from a pipe, too.",
                 "ddlltool shell") {
        add_session_options(*this, options, true);
        footer("examples:\n"
               "  ddlltool shell --as alice\n"
               "  echo 'erl_ddll:info(counter, port_count).' | ddlltool shell --format term\n\n"
               "exit codes: of a pipe the worst of its lines, as for single commands; 0 for people.");
    }
    ExitCode run() override {
        auto connection = connect(options, true);
        if (connection) return Shell(options, *std::move(connection)).run();
        return unusable(connection.error());
    }
    SessionOptions options;
};

} // namespace

std::unique_ptr<Parser> shell_parser() {
    return std::make_unique<ShellParser>();
}

} // namespace ddll::cli
