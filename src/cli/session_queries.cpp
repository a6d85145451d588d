/// The commands that look at a session and change nothing: status, why, log; and receive, which reads a mailbox.
#include "base/time.h"
#include "cli/choices.h"
#include "cli/session_options.h"
#include "cli/usage.h"
#include "session/answer.h"
#include "session/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>

namespace ddll::cli {

namespace {

using Json = nlohmann::json;
using session::Request;

/// Options read, session found, request answered: or the exit code of what went wrong.
struct Answer {
    std::optional<SessionOptions> options;
    std::optional<Json> json;
    ExitCode code = ExitCode::ok;
};

Answer ask_for(Parser& app, SessionTexts& texts, const std::vector<std::string>& arguments,
               const std::function<Result<Request>()>& make) {
    Answer out;
    if (const auto code = parse_arguments(app, arguments)) {
        out.code = *code;
        return out;
    }
    auto options = read_session_options(texts);
    if (!options) {
        out.code = wrong_usage(options.error().place.file, options.error().message, options.error().hint);
        return out;
    }
    out.options = *std::move(options);
    auto request = make();
    if (!request) {
        out.code = wrong_usage("", request.error().message, request.error().hint);
        return out;
    }
    if (request->by.empty()) request->by = texts.as;
    request->limit = out.options->limit;
    Reply reply = ask(*out.options, *request, false);
    if (!reply.answer)
        out.code = no_answer(reply, *out.options);
    else if (reply.answer->contains("error"))
        out.code = show_answer(*reply.answer, *out.options);
    else
        out.json = std::move(reply.answer);
    return out;
}

void print(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

/// The answer in the format that was asked for; `text` lays it out for people.
std::string shown(const Json& json, const SessionOptions& options,
                  std::string (*text)(const Json&, const report::Style&)) {
    if (options.format == AnswerFormat::json) return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
    if (options.format == AnswerFormat::term) return session::as_term(json) + ".\n";
    return text(json, options.style);
}

volatile sig_atomic_t stopped = 0;

// Again and again until the session ends or Ctrl-C: on a terminal in place, elsewhere whenever something has changed.
ExitCode watch(const SessionOptions& options, std::chrono::milliseconds interval) {
    struct sigaction action {};
    action.sa_handler = [](int) { stopped = 1; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    std::string before;
    while (stopped == 0) {
        Request request;
        request.kind = Request::Kind::status;
        const Reply reply = ask(options, request, false);
        if (!reply.answer) return no_answer(reply, options);
        const std::string text = shown(*reply.answer, options, session::status_text);
        if (text != before) print((terminal ? "\x1b[H\x1b[2J" : before.empty() ? "" : "\n") + text);
        before = text;
        poll(nullptr, 0, static_cast<int>(interval.count()));
    }
    return ExitCode::ok;
}

struct StatusParser final : Parser {
    StatusParser()
        : Parser("What there is in the session: drivers, their code in memory and on disk, users, ports, waits, "
                 "findings.",
                 "ddlltool status") {
        add_session_options(*this, texts, false);
        add_flag("--watch", watching, "go on showing it; Ctrl-C ends that");
        add_option("--interval", interval, "how often --watch looks")->type_name("DURATION");
        footer("examples:\n"
               "  ddlltool status\n"
               "  ddlltool status --watch\n"
               "  ddlltool status --format json | jq .drivers\n\n"
               "exit codes: 0 there is a session, 4 its emulator has died, 5 it hung, 77\nthere is none.");
    }
    SessionTexts texts;
    bool watching = false;
    std::string interval = "500ms";
};

struct WhyParser final : Parser {
    WhyParser()
        : Parser("Why the driver is not unloaded or reloaded yet: who holds it, and the shortest way out.\n"
                 "For one that nobody wants to replace: what a reload would do now.",
                 "ddlltool why") {
        takes(add_option("NAME", driver, "the driver")->required(), {Takes::driver, "", {}});
        add_session_options(*this, texts, false);
        footer("examples:\n"
               "  ddlltool why counter\n"
               "  ddlltool why counter --format json\n\n"
               "exit codes: 0 answered, 2 no such driver, 77 there is no session.");
    }
    SessionTexts texts;
    std::string driver;
};

struct LogParser final : Parser {
    LogParser() : Parser("The story of the session so far, step by step; of one that crashed, too.", "ddlltool log") {
        add_session_options(*this, texts, false);
        add_option("-n,--events", events, "only the last N entries of the journal")->type_name("N");
        footer("examples:\n"
               "  ddlltool log\n"
               "  ddlltool log -n 20\n");
    }
    SessionTexts texts;
    std::uint64_t events = 0;
};

struct ReceiveParser final : Parser {
    ReceiveParser() : Parser("Reads the messages of a process that it has not read yet.", "ddlltool receive") {
        add_session_options(*this, texts, true);
        add_flag("--keep", keep, "leave them in the mailbox");
        add_option("--await", await, "when there is none, wait so long, in real time, for what comes from outside")
            ->type_name("DURATION");
        footer("examples:\n"
               "  ddlltool receive --as alice\n"
               "  ddlltool receive --await 2s\n\n"
               "exit codes: 0 there were messages, 1 there were none.");
    }
    SessionTexts texts;
    std::string await;
    bool keep = false;
};

} // namespace

std::unique_ptr<Parser> status_parser() {
    return std::make_unique<StatusParser>();
}

std::unique_ptr<Parser> why_parser() {
    return std::make_unique<WhyParser>();
}

std::unique_ptr<Parser> log_parser() {
    return std::make_unique<LogParser>();
}

std::unique_ptr<Parser> receive_parser() {
    return std::make_unique<ReceiveParser>();
}

ExitCode status_command(const std::vector<std::string>& arguments) {
    StatusParser app;
    if (const auto code = parse_arguments(app, arguments)) return *code;
    if (app.watching) {
        const auto options = read_session_options(app.texts);
        if (!options) return wrong_usage(options.error().place.file, options.error().message, options.error().hint);
        const auto every = milliseconds_of("--interval", app.interval);
        if (!every) return wrong_usage(every.error().place.file, every.error().message, every.error().hint);
        return watch(*options, *every);
    }
    const Answer answer = ask_for(app, app.texts, arguments, [] {
        Request request;
        request.kind = Request::Kind::status;
        return Result<Request>(request);
    });
    if (!answer.json) return answer.code;
    print(shown(*answer.json, *answer.options, session::status_text));
    if (answer.json->value("emulator", "") != "gone") return ExitCode::ok;
    return answer.json->value("hung", false) ? ExitCode::hung : ExitCode::crashed;
}

ExitCode why_command(const std::vector<std::string>& arguments) {
    WhyParser app;
    const Answer answer = ask_for(app, app.texts, arguments, [&app] {
        Request request;
        request.kind = Request::Kind::why;
        request.driver = app.driver;
        return Result<Request>(request);
    });
    if (!answer.json) return answer.code;
    print(shown(*answer.json, *answer.options, session::why_text));
    return ExitCode::ok;
}

ExitCode log_command(const std::vector<std::string>& arguments) {
    LogParser app;
    const Answer answer = ask_for(app, app.texts, arguments, [&app] {
        Request request;
        request.kind = Request::Kind::log;
        request.events = app.events;
        return Result<Request>(request);
    });
    if (!answer.json) return answer.code;
    print(shown(*answer.json, *answer.options, [](const Json& json, const report::Style&) {
        std::string out = json.value("text", "");
        for (const Json& line : json.value("events", Json::array())) out += line.get<std::string>() + '\n';
        return out;
    }));
    return ExitCode::ok;
}

ExitCode receive_command(const std::vector<std::string>& arguments) {
    ReceiveParser app;
    const Answer answer = ask_for(app, app.texts, arguments, [&app]() -> Result<Request> {
        Request request;
        request.kind = Request::Kind::receive;
        request.keep = app.keep;
        if (app.await.empty()) return request;
        auto longest = parse_duration(app.await);
        if (!longest) return std::move(longest).error();
        request.await = *longest;
        return request;
    });
    if (!answer.json) return answer.code;
    if (session::kind_of(*answer.json) == session::AnswerKind::died) return show_answer(*answer.json, *answer.options);
    print(shown(*answer.json, *answer.options, session::messages_text));
    return answer.json->at("messages").empty() ? ExitCode::failed : ExitCode::ok;
}

} // namespace ddll::cli
