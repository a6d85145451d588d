/// The commands that look at a session and change nothing: status, why, log; and receive, which reads a mailbox.
#include "base/time.h"
#include "cli/commands.h"
#include "cli/session_options.h"
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
        const Reply reply = ask(options, session::request_of(Request::Kind::status), false);
        if (!reply.answer) return no_answer(reply, options);
        const std::string text = shown(*reply.answer, options, session::status_text);
        if (text != before) print((terminal ? "\x1b[H\x1b[2J" : before.empty() ? "" : "\n") + text);
        before = text;
        poll(nullptr, 0, static_cast<int>(interval.count()));
    }
    return ExitCode::ok;
}

/// A command that asks something of the session, and shows the answer.
struct QueryParser : Parser {
    QueryParser(std::string summary, std::string name, Request::Kind kind)
        : Parser(std::move(summary), std::move(name)), request(session::request_of(kind)) {}

    ExitCode run() override {
        request.by = options.as;
        request.limit = options.limit;
        const Reply reply = ask(options, request, false);
        if (!reply.answer) return no_answer(reply, options);
        return reply.answer->contains("error") ? show_answer(*reply.answer, options) : show(*reply.answer);
    }
    virtual ExitCode show(const Json& answer) = 0;

    SessionOptions options;
    Request request;
};

struct StatusParser final : QueryParser {
    StatusParser()
        : QueryParser("What there is in the session: drivers, their code in memory and on disk, users, ports, waits, "
                      "findings.",
                      "ddlltool status", Request::Kind::status) {
        add_session_options(*this, options, false);
        add_flag("--watch", watching, "go on showing it; Ctrl-C ends that");
        add_option("--interval", interval, "how often --watch looks")->type_name("DURATION");
        footer("examples:\n"
               "  ddlltool status\n"
               "  ddlltool status --watch\n"
               "  ddlltool status --format json | jq .drivers\n\n"
               "exit codes: 0 there is a session, 4 its emulator has died, 5 it hung, 77\nthere is none.");
    }
    ExitCode run() override {
        if (!watching) return QueryParser::run();
        const auto every = milliseconds_of("--interval", interval);
        return every ? watch(options, *every) : wrong_usage(every.error());
    }
    ExitCode show(const Json& answer) override {
        print(shown(answer, options, session::status_text));
        if (answer.value("emulator", "") != "gone") return ExitCode::ok;
        return answer.value("hung", false) ? ExitCode::hung : ExitCode::crashed;
    }
    bool watching = false;
    std::string interval = "500ms";
};

struct WhyParser final : QueryParser {
    WhyParser()
        : QueryParser("Why the driver is not unloaded or reloaded yet: who holds it, and the shortest way out.\n"
                      "For one that nobody wants to replace: what a reload would do now.",
                      "ddlltool why", Request::Kind::why) {
        add_option("NAME", request.driver, "the driver")->required()->takes({Takes::driver});
        add_session_options(*this, options, false);
        footer("examples:\n"
               "  ddlltool why counter\n"
               "  ddlltool why counter --format json\n\n"
               "exit codes: 0 answered, 2 no such driver, 77 there is no session.");
    }
    ExitCode show(const Json& answer) override {
        print(shown(answer, options, session::why_text));
        return ExitCode::ok;
    }
};

struct LogParser final : QueryParser {
    LogParser()
        : QueryParser("The story of the session so far, step by step; of one that crashed, too.", "ddlltool log",
                      Request::Kind::log) {
        add_session_options(*this, options, false);
        add_option("-n,--events", request.events, "only the last N entries of the journal")->type_name("N");
        footer("examples:\n"
               "  ddlltool log\n"
               "  ddlltool log -n 20\n");
    }
    ExitCode show(const Json& answer) override {
        print(shown(answer, options, [](const Json& json, const report::Style&) {
            std::string out = json.value("text", "");
            for (const Json& line : json.value("events", Json::array())) out += line.get<std::string>() + '\n';
            return out;
        }));
        return ExitCode::ok;
    }
};

struct ReceiveParser final : QueryParser {
    ReceiveParser()
        : QueryParser("Reads the messages of a process that it has not read yet.", "ddlltool receive",
                      Request::Kind::receive) {
        add_session_options(*this, options, true);
        add_flag("--keep", request.keep, "leave them in the mailbox");
        add_option("--await", await, "when there is none, wait so long, in real time, for what comes from outside")
            ->type_name("DURATION");
        footer("examples:\n"
               "  ddlltool receive --as alice\n"
               "  ddlltool receive --await 2s\n\n"
               "exit codes: 0 there were messages, 1 there were none.");
    }
    ExitCode run() override {
        if (!await.empty()) {
            const auto longest = parse_duration(await);
            if (!longest) return wrong_usage(longest.error());
            request.await = *longest;
        }
        return QueryParser::run();
    }
    ExitCode show(const Json& answer) override {
        if (session::kind_of(answer) == session::AnswerKind::died) return show_answer(answer, options);
        print(shown(answer, options, session::messages_text));
        return answer.at("messages").empty() ? ExitCode::failed : ExitCode::ok;
    }
    std::string await;
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

} // namespace ddll::cli
