#include "cli/session_options.h"

#include "base/text.h"
#include "session/answer.h"
#include "session/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <cstdlib>

namespace ddll::cli {

namespace {

using Json = nlohmann::json;

constexpr std::string_view formats[] = {"text", "json", "term"};

bool counts(const Json& finding, report::FailOn fail_on) {
    const auto severity = words::named<words::Severity>(finding.value("severity", ""));
    return report::reaches(severity.value_or(words::Severity::note), fail_on);
}

} // namespace

void add_session_options(Parser& app, SessionOptions& into, bool of_a_process) {
    app.add_option("--session", into.session, "the session, instead of $DDLLTOOL_SESSION or \"default\"")
        ->takes("NAME", {Takes::session});
    app.add_choice("--format", into.format, formats, "text, json or term (as file:consult reads it)")
        ->type_name("NAME");
    add_color(app, into.color);
    app.add_option("--timeout", into.limit, "real time until the driver counts as hung (10s)");
    if (of_a_process) {
        app.add_option("--as", into.as, "the process that does it (user); a new name starts a process")
            ->takes("NAME", {Takes::process});
        add_fail_on(app, into.fail_on, "least severity of a new finding that counts: error, warning, note, never");
    }
    app.add_check([&into] { return complete(into); });
}

Result<void> complete(SessionOptions& options) {
    auto name = session::session_name(options.session);
    if (!name) return std::move(name).error();
    options.session = *std::move(name);
    options.style.color = wants_color(options.color);
    if (const char* idle = std::getenv("DDLLTOOL_IDLE"); idle != nullptr && *idle != '\0') {
        const auto longest = milliseconds_of("DDLLTOOL_IDLE", idle);
        if (!longest) return longest.error();
        options.server.idle = *longest;
    }
    return {};
}

Result<std::unique_ptr<session::Connection>> connect(const SessionOptions& options, bool may_start) {
    auto place = session::SessionFolder::find(options.session);
    if (!place) return std::move(place).error();
    auto connection = session::Connection::open(*place, may_start, options.server);
    if (connection && *connection && (*connection)->started() && !(*connection)->last_ending().empty())
        complain("session " + options.session, (*connection)->last_ending(), "this is a new one");
    return connection;
}

Reply ask(const SessionOptions& options, const session::Request& request, bool may_start) {
    for (int round = 0;; ++round) {
        auto connection = connect(options, may_start);
        if (!connection) return {std::nullopt, std::move(connection).error(), false};
        if (!*connection) return {};
        auto answer = (*connection)->ask(request);
        if (!answer) return {std::nullopt, std::move(answer).error(), true};
        if (!answer->contains("ended") || round == 10) return {*std::move(answer), std::nullopt, false};
    }
}

ExitCode show_answer(const Json& answer, const SessionOptions& options) {
    if (answer.contains("error")) {
        const Json& why = answer.at("error");
        if (options.format == AnswerFormat::json) std::puts(answer.dump().c_str());
        complain("", why.value("message", ""), why.value("hint", ""));
        if (answer.value("hung", false)) return ExitCode::hung;
        if (answer.value("gone", false)) return ExitCode::crashed;
        return answer.value("input", false) ? ExitCode::unusable_input : ExitCode::usage;
    }
    switch (options.format) {
    case AnswerFormat::text:
        std::fputs(session::answer_text(answer, options.style).c_str(), stdout);
        break;
    case AnswerFormat::json:
        std::puts(answer.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
        break;
    case AnswerFormat::term:
        std::fputs(session::answer_term(answer).c_str(), stdout);
        break;
    }
    if (session::kind_of(answer) == session::AnswerKind::died)
        return answer.at("death").value("hung", false) ? ExitCode::hung : ExitCode::crashed;
    bool failed = answer.value("failed", false);
    for (const Json& finding : answer.value("findings", Json::array())) failed |= counts(finding, options.fail_on);
    return failed ? ExitCode::failed : ExitCode::ok;
}

ExitCode no_answer(const Reply& reply, const SessionOptions& options) {
    if (reply.error) {
        Error shown = *reply.error;
        if (reply.server_gone) shown.place.file = "session " + options.session;
        complain(shown);
        return reply.server_gone ? ExitCode::bug : ExitCode::unusable_input;
    }
    std::string why = "there is none", hint = "the next load, open or other call starts one";
    if (const auto place = session::SessionFolder::find(options.session)) {
        const auto all = place->all();
        const std::vector<std::string_view> names(all.begin(), all.end());
        if (place->was_killed())
            why = "it was killed, and its story is lost";
        else if (const auto word = place->last_ending())
            why = *word;
        else if (const auto meant = nearest(options.session, names); meant && *meant != options.session)
            hint = fmt::format("did you mean {}?", *meant);
    }
    complain("session " + options.session, why, hint);
    return ExitCode::nothing_run;
}

} // namespace ddll::cli
