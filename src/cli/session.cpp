/// `ddlltool session start|stop|list|export`.
#include "base/text.h"
#include "base/time.h"
#include "base/write_file.h"
#include "cli/commands.h"
#include "cli/select.h"
#include "cli/session_options.h"
#include "scenario/reader.h"
#include "scenario/runner.h"
#include "session/text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <set>

namespace ddll::cli {

namespace fs = std::filesystem;

namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;
using session::Request;

struct SessionParser final : Parser {
    using Body = ExitCode (*)(const SessionParser& arguments, const SessionOptions& options);

    SessionParser(std::string_view summary, const std::string& verb, Body verb_body)
        : Parser(std::string(summary), "ddlltool session " + verb), body(verb_body) {
        add_session_options(*this, options, false);
        if (verb == "start") {
            add_option("--idle", idle, "end when nothing was asked for so long (2h)")->type_name("DURATION");
            add_release(*this, options.server.release);
        }
        if (verb == "export") {
            add_option("FILE", file, "the scenario file to write; without it the text goes to stdout")
                ->takes(file_with(".json"));
            add_flag("--force", force, "write over a file that is there");
        }
    }
    ExitCode run() override { return body(*this, options); }

    Body body;
    SessionOptions options;
    std::string file, idle;
    bool force = false;
};

ExitCode start(const SessionParser& arguments, const SessionOptions& given) {
    SessionOptions options = given;
    if (!arguments.idle.empty()) {
        const auto idle = parse_duration(arguments.idle);
        if (!idle || idle->ns < 1'000'000) return wrong_usage("--idle " + arguments.idle, "must be at least 1ms");
        options.server.idle = std::chrono::milliseconds(idle->ns / 1'000'000);
    }
    auto connection = connect(options, true);
    if (!connection) return unusable(connection.error());
    if (!(*connection)->started()) {
        complain("session " + options.session, "it is running already", "ddlltool session stop ends it");
        return ExitCode::failed;
    }
    std::printf("session %s is running\n", options.session.c_str());
    return ExitCode::ok;
}

ExitCode stop(const SessionParser&, const SessionOptions& options) {
    const Reply reply = ask(options, session::request_of(Request::Kind::stop), false);
    if (!reply.answer) {
        const ExitCode code = no_answer(reply, options);
        const auto place = session::SessionFolder::find(options.session);
        if (!reply.error && place && place->was_killed()) place->clear();
        return code;
    }
    const ExitCode code = show_answer(*reply.answer, options);
    if (options.format == AnswerFormat::text) std::printf("session %s has ended\n", options.session.c_str());
    return code;
}

ExitCode list(const SessionParser&, const SessionOptions& options) {
    const auto here = session::SessionFolder::find(options.session);
    if (!here) return unusable(here.error());
    Json all = Json::array();
    std::size_t width = 0;
    for (const std::string& name : here->all()) {
        SessionOptions other = options;
        other.session = name;
        const Reply reply = ask(other, session::request_of(Request::Kind::status), false);
        if (!reply.answer || reply.answer->contains("error")) continue;
        const Json* status = &*reply.answer;
        Json drivers = Json::array();
        for (const Json& driver : status->at("drivers")) drivers.push_back(driver.at("name"));
        width = std::max(width, name.size());
        all.push_back({{"session", name},
                       {"server", status->at("server")},
                       {"emulator", status->at("emulator")},
                       {"steps", status->at("steps")},
                       {"drivers", std::move(drivers)}});
    }
    if (options.format == AnswerFormat::json) std::puts(all.dump(2).c_str());
    if (options.format == AnswerFormat::term) std::puts((session::as_term(all) + ".").c_str());
    if (options.format != AnswerFormat::text) return ExitCode::ok;
    for (const Json& item : all) {
        std::string drivers;
        for (const Json& driver : item.at("drivers"))
            drivers += (drivers.empty() ? "" : ", ") + driver.get<std::string>();
        std::puts(fmt::format("{:<{}}  {:>4} steps  emulator {}  {}", item.at("session").get<std::string>(), width,
                              item.at("steps").get<int>(), item.at("emulator").get<std::string>(),
                              drivers.empty() ? "no driver" : drivers)
                      .c_str());
    }
    if (all.empty()) std::fputs("no session is running\n", stderr);
    return ExitCode::ok;
}

/// Runs the file as it is: the result is what anybody will see who runs it.
Result<scenario::RunResult> run_file(const std::string& file) {
    auto read = scenario::read_scenario_file(file, read_options({}));
    if (!read.scenario) return read.mistakes.front();
    std::vector<scenario::Scenario> scenarios;
    scenarios.push_back(*std::move(read.scenario));
    scenario::RunOptions options;
    auto done = scenario::run_all(std::move(scenarios), options, [](const scenario::RunResult&) {});
    return std::move(done.results.front());
}

ExitCode export_session(const SessionParser& arguments, const SessionOptions& options) {
    const Reply reply = ask(options, session::request_of(Request::Kind::exported), false);
    if (!reply.answer) return no_answer(reply, options);
    const Json& answer = *reply.answer;
    if (answer.contains("error")) return show_answer(answer, options);
    const std::string text = answer.at("scenario");
    if (arguments.file.empty()) {
        std::puts(text.c_str());
        return ExitCode::ok;
    }
    const fs::path file = arguments.file;
    std::error_code code;
    if (fs::exists(file, code) && !arguments.force)
        return unusable(file.string(), "is there already", "--force writes over it");
    const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
    fs::create_directories(folder, code);
    for (const auto& [name, copy] : answer.at("files").items()) {
        fs::copy_file(copy.get<std::string>(), folder / name, fs::copy_options::overwrite_existing, code);
        if (!code) continue;
        return unusable((folder / name).string(), "cannot be written: " + code.message());
    }
    if (answer.contains("trouble")) complain("session " + options.session, answer.at("trouble").get<std::string>());
    // A driver may leave more behind at the end of a scenario than the session has seen so far.
    OrderedJson document = OrderedJson::parse(text);
    for (int round = 0; round < 2; ++round) {
        if (auto written = write_file(file, document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
            !written)
            return unusable(written.error());
        const auto result = run_file(file.string());
        if (!result) {
            complain(file.string(), result.error().message, result.error().hint);
            return ExitCode::bug;
        }
        std::set<std::string> rules;
        for (const auto& rule : document.value("expected_findings", OrderedJson::array())) rules.insert(rule);
        bool more = false;
        for (const scenario::RunFinding& finding : result->findings)
            more |= rules.insert(std::string(name(finding.rule))).second;
        if (result->verdict == scenario::Verdict::passed && !more) {
            std::printf("%s plays: %zu steps, %s beside it\n", file.c_str(), result->flat.size(),
                        counted(answer.at("files").size(), "driver file").c_str());
            return ExitCode::ok;
        }
        if (!more) break;
        document["expected_findings"] = rules;
    }
    complain(file.string(), "was written, but does not play as the session went",
             fmt::format("ddlltool run {} shows where; the outside world, threads or real time had a part in it",
                         file.string()));
    return ExitCode::failed;
}

Command verb(std::string_view name, std::string_view doc, std::string_view summary, SessionParser::Body body) {
    return {name, doc, "", [=] { return std::make_unique<SessionParser>(summary, std::string(name), body); }};
}

} // namespace

Command session_row(std::string_view group) {
    const auto parser = [] {
        auto out = std::make_unique<Parser>(
            "A session is an emulator one talks to for a while. It starts by itself with the first load, open or other "
            "call.\nEach verb takes --session NAME instead of $DDLLTOOL_SESSION or \"default\".",
            "ddlltool session");
        out->footer("examples:\n"
                    "  ddlltool session start --session release --idle 30min\n"
                    "  ddlltool session export stories/reload.json\n"
                    "  ddlltool session stop");
        return out;
    };
    const std::vector<Command> verbs = {
        verb("start", "start it; it ends when nothing was asked for 2h, or --idle, or $DDLLTOOL_IDLE",
             "Starts a session, with nothing in it. It ends by itself when nothing was asked for a while.", start),
        verb("stop", "end it, and tell what is left over", "Ends the session, and tells what is left over.", stop),
        verb("list", "the sessions that run", "Lists the sessions that run, and the drivers in them.", list),
        verb("export", "what was done, as a scenario that plays; driver files are put beside it",
             "Writes what was done in the session as a scenario that plays alike; driver files are put beside it.",
             export_session),
    };
    return {"session", "start, stop, list and export sessions", group, parser, verbs};
}

} // namespace ddll::cli
