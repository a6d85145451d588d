/// `ddlltool check`: is this driver safe to replace on a live node?
#include "check/check.h"
#include "check/suppressions.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/report_files.h"
#include "cli/select.h"
#include "cli/watch.h"
#include "host/probe/memory_watch.h"
#include "isolate/interruption.h"
#include "report/check.h"
#include "report/job_summary.h"
#include "scenario/reader.h"
#include "term/text.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdio>
#include <ctime>

namespace ddll::cli {

namespace {

struct Arguments {
    std::string file, against, name, suppressions, open;
    std::vector<std::string> controls, calls, commands;
    std::vector<std::string> workloads, driver_path;
    struct Nodes {
        std::vector<std::string> library_path;
        std::vector<words::Release> releases; ///< empty: the newest
    } nodes;
    unsigned strictness = 5, jobs = 1;
    std::vector<Output> outputs;
    std::optional<std::chrono::milliseconds> time, time_limit;
    Color color = Color::automatic;
    report::FailOn fail_on = report::FailOn::warning;
    bool allow_unknown = false;
    std::vector<check::OwnCall> own_calls; ///< of the three above
};

constexpr const char* check_footer =
    R"(examples:
  ddlltool check build/counter.so                         what a replacement by itself would come to
  ddlltool check build/counter.so --against release/counter.so
  ddlltool check new.so --against old.so --name counter   files that are called otherwise
  ddlltool check counter.so --open "counter 8080" --control 1,add --command '<<5:32>>'
  ddlltool check counter.so --workload stories/use.json   with all that your own processes do
  ddlltool check counter.so --otp 25,28                   on both releases, and what differs for this driver
  ddlltool check counter.so --format text,sarif=check.sarif
  ddlltool check build/counter.so --watch                 again after every build, until Ctrl-C

DATA is text, or an Erlang binary: <<1:32, "key">>. With calls of your own, or a workload, none are invented. Each port
gets the calls in the order of these options: --control, --call, --command; a workload may have any other.

verdicts: SAFE, SAFE-IF (conditions follow), UNSAFE, UNKNOWN (too little could be checked: the reason follows).

exit codes: 0 no finding at or above --fail-on, 1 there is one, or UNKNOWN, 2 wrong usage, 3 a file that cannot be used,
4 the driver crashed, 5 it hung, 70 a bug of ddlltool.)";

/// For the expiry of suppressions: "2026-11-22".
std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

/// The law's exit codes, of what counts.
ExitCode code_of(const check::CheckResult& checked, const Arguments& given) {
    if (checked.interrupted) return ExitCode::failed;
    ExitCode code = ExitCode::ok;
    for (const check::CheckFinding& finding : checked.findings)
        if (finding.suppressed == nullptr && report::reaches(finding.severity, given.fail_on))
            code = worse(code, std::max(ExitCode{check::row(ground_of(finding)).exit}, ExitCode::failed));
    for (const check::Reason& reason : checked.reasons) {
        const check::LawRow& row = check::row(reason.ground);
        const bool allowed = given.allow_unknown && row.ground != check::Ground::interrupted && row.exit == 1;
        if (row.verdict == check::Safety::unknown && !allowed) code = worse(code, ExitCode{row.exit});
        if (row.ground == check::Ground::refused_by_node && given.fail_on != report::FailOn::never)
            code = worse(code, ExitCode{row.exit});
    }
    return code;
}

Error wrong_call(const char* option, const std::string& text, const std::string& what, const char* hint) {
    return error(fmt::format("{} {}: {}", option, text, what), hint);
}

/// The text as the bytes of a binary, or the binary that it is.
Result<std::string> data_of(const char* option, const std::string& text) {
    if (!text.starts_with("<<")) return term::print(term::Term::binary(text));
    if (const auto parsed = term::parse(text); !parsed)
        return wrong_call(option, text, parsed.error().message, "a binary looks like <<1:32, \"key\">>");
    return text;
}

/// "N,DATA" and "N,TERM".
Result<check::OwnCall> numbered_call(check::OwnCall::Kind kind, const std::string& text) {
    const bool control = kind == check::OwnCall::Kind::control;
    const char* option = control ? "--control" : "--call";
    check::OwnCall out{kind, 0, {}};
    const auto comma = std::min(text.find(','), text.size());
    const auto [end, wrong] = std::from_chars(text.data(), text.data() + comma, out.number);
    if (wrong != std::errc() || end != text.data() + comma || comma == 0)
        return wrong_call(option, text, "must begin with the number of the command",
                          control ? "like 1,DATA" : "like 1,TERM");
    out.data = comma < text.size() ? text.substr(comma + 1) : std::string();
    if (control) {
        auto data = data_of(option, out.data);
        if (!data) return std::move(data).error();
        out.data = *std::move(data);
    } else if (const auto parsed = term::parse(out.data); !parsed) {
        return wrong_call(option, text, parsed.error().message, "TERM is an Erlang term");
    }
    return out;
}

Result<void> read_calls(Arguments& given) {
    using Kind = check::OwnCall::Kind;
    given.own_calls.clear();
    for (const auto& [texts, kind] : {std::pair(&given.controls, Kind::control), std::pair(&given.calls, Kind::call)})
        for (const std::string& text : *texts) {
            auto call = numbered_call(kind, text);
            if (!call) return std::move(call).error();
            given.own_calls.push_back(*std::move(call));
        }
    for (const std::string& text : given.commands) {
        auto data = data_of("--command", text);
        if (!data) return std::move(data).error();
        given.own_calls.push_back({Kind::command, 0, *std::move(data)});
    }
    return {};
}

struct CheckParser final : Parser {
    CheckParser();
    ExitCode run() override;
    isolate::Interruption interruption; ///< from the first moment: whoever is asked to end still writes whole reports
    Arguments given;
    bool watch = false;
};

CheckParser::CheckParser()
    : Parser(
          "Is this driver safe to replace on a live node? Reads the file, then loads, uses, unloads and reloads it in\n"
          "child processes, and says what that would do to a node.",
          "ddlltool check") {
    footer(check_footer);
    add_option("NEW.so", given.file, "the driver library")->required()->takes(file_with(".so"));
    add_option("--against", given.against, "the version that it is to replace")->takes("OLD.so", file_with(".so"));
    add_option("--name", given.name, "the driver's name, where the file is called otherwise")->type_name("NAME");
    add_option("--workload", given.workloads, "a scenario of yours that uses the driver; several are played one by one")
        ->each()
        ->takes("FILE", file_with(".json"));
    add_option("--open", given.open, "what open_port is given: the driver's name, and arguments for its start")
        ->type_name("\"NAME ARGS\"");
    add_option("--control", given.controls, "port_control(Port, N, DATA), made to each port that is opened")
        ->each()
        ->type_name("N,DATA");
    add_option("--call", given.calls, "erlang:port_call(Port, N, TERM), likewise")->each()->type_name("N,TERM");
    add_option("--command", given.commands, "port_command(Port, DATA), likewise")->each()->type_name("DATA");
    add_check([this] { return read_calls(given); });
    add_releases(*this, given.nodes.releases, "the release of Erlang/OTP, 25 to 29 (29); several: what differs");
    add_option("--strictness", given.strictness, "1 (quick) to 10 (long): how many stories, and how many cycles")
        ->type_name("N")
        ->range(1U, 10U);
    add_option("--suppressions", given.suppressions, "a JSON file with findings that are accepted for a while")
        ->takes("FILE", file_with(".json"));
    add_fail_on(*this, given.fail_on, "least severity that counts: error, warning, note or never");
    add_flag("--allow-unknown", given.allow_unknown, "UNKNOWN does not count, unless the check was interrupted");
    std::vector<Value::Choice> formats;
    for (const auto& format : report::check_formats()) formats.push_back({std::string(format.name), ""});
    add_outputs(*this, given.outputs,
                "text, json, html, sarif, tap, term, junit or github; several: NAME=FILE,NAME=FILE", formats);
    add_option("--library-path", given.nodes.library_path, "the node's LD_LIBRARY_PATH: folders")
        ->each()
        ->takes("DIR", {Takes::folder});
    add_driver_path(*this, given.driver_path, "one more folder to look for a workload's drivers in");
    add_jobs(*this, given.jobs, 1024, "stories played at once (default: one for each processor)");
    add_option("--for", given.time, "real time after which longer runs are left out, by name (10s up to strictness 5)");
    add_option("--timeout", given.time_limit, "real time that a run may go on without any progress (10s)");
    add_color(*this, given.color, "auto, always or never");
    add_flag("--watch", watch, "check again whenever a file that is read here changes; Ctrl-C ends that");
}

Round check_round(const Arguments& given) {
    host::memory_watch::clear_what_is_freed();
    const auto files = ReportFiles::open(given.outputs);
    if (!files) return {ExitCode::unusable_input, false};
    check::Request request;
    request.file = given.file;
    request.against = given.against;
    request.name = given.name;
    request.strictness = given.strictness;
    request.parallel = given.jobs;
    request.time = given.time;
    request.time_limit = given.time_limit;
    request.today = today();
    request.open = given.open;
    request.calls = given.own_calls;
    request.read = read_options(given.driver_path);
    if (!given.suppressions.empty()) {
        auto file = check::read_suppressions(given.suppressions);
        for (const Error& mistake : file.mistakes) {
            Error shown = with_meant_file(mistake, given.suppressions);
            if (!mistake.place.pointer.empty()) shown.place.file += " " + mistake.place.pointer;
            complain(shown);
        }
        if (!file.mistakes.empty()) return {ExitCode::unusable_input, false};
        request.suppressions = std::move(file.suppressions);
    }
    for (const std::string& path : given.workloads) {
        auto read = scenario::read_scenario_file(path, request.read);
        for (const Error& mistake : read.mistakes) complain(with_meant_file(mistake, path));
        if (!read.scenario) return {ExitCode::unusable_input, false};
        request.workloads.push_back(*std::move(read.scenario));
    }
    std::vector<findings::StaticWorld> worlds;
    for (const words::Release release : given.nodes.releases)
        worlds.push_back(findings::StaticWorld::make(given.nodes.library_path, release));
    if (worlds.empty()) worlds.push_back(findings::StaticWorld::make(given.nodes.library_path));
    const auto done = check::check_releases(request, worlds);
    if (!done) {
        complain(with_meant_file(with_meant_file(done.error(), given.file), given.against));
        return {ExitCode::unusable_input, false};
    }
    report::CheckFormatOptions options{{}, current_folder(), DDLLTOOL_VERSION};
    ExitCode code = files->write([&](const Output& output) {
        options.style.color = output.file.empty() && wants_color(given.color);
        return report::check_format_named(output.format)->write(*done, options);
    });
    if (files->has("github")) code = worse(code, add_job_summary(report::job_summary(*done, options)));
    if (!files->on_terminal()) std::fputs((report::check_summary(*done) + "\n").c_str(), stderr);
    return {worse(code, code_of(*done, given)), done->interrupted};
}

Watched watched(const Arguments& given) {
    Watched out;
    out.libraries.push_back(given.file);
    if (!given.against.empty()) out.libraries.push_back(given.against);
    if (!given.suppressions.empty()) out.files.push_back(given.suppressions);
    scenario::ReadOptions options = read_options(given.driver_path);
    options.examine_driver = {};
    for (const std::string& path : given.workloads) {
        out.files.push_back(path);
        const auto read = scenario::read_scenario_file(path, options);
        if (read.scenario) out.add_drivers_of(*read.scenario);
    }
    out.add_written(given.outputs);
    return out;
}

ExitCode CheckParser::run() {
    const auto round = [this] { return check_round(given); };
    if (watch) return run_again_and_again([this] { return watched(given); }, round);
    const ExitCode code = round().code;
    isolate::Interruption::hold_back(); // the reports are written, and this is the answer
    return code;
}

} // namespace

std::unique_ptr<Parser> check_parser() {
    return std::make_unique<CheckParser>();
}

} // namespace ddll::cli
