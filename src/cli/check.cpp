/// `ddlltool check`: is this driver safe to replace on a live node?
#include "check/check.h"
#include "check/suppressions.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/report_files.h"
#include "cli/select.h"
#include "cli/watch.h"
#include "report/check.h"
#include "report/job_summary.h"
#include "scenario/reader.h"

#include <fmt/format.h>

#include <cstdio>
#include <ctime>

namespace ddll::cli {

namespace {

struct Arguments {
    std::string file, against, name, suppressions;
    std::vector<std::string> workloads, driver_path, library_path;
    unsigned strictness = 5, jobs = 1;
    std::vector<Output> outputs;
    std::optional<std::chrono::milliseconds> time_limit;
    Color color = Color::automatic;
    report::FailOn fail_on = report::FailOn::warning;
};

constexpr const char* footer_text =
    R"(examples:
  ddlltool check build/counter.so                         what a replacement by itself would come to
  ddlltool check build/counter.so --against release/counter.so
  ddlltool check new.so --against old.so --name counter   files that are called otherwise
  ddlltool check counter.so --workload stories/use.json   with the calls that your own processes make
  ddlltool check counter.so --format text,sarif=check.sarif
  ddlltool check build/counter.so --watch                 again after every build, until Ctrl-C

verdicts: SAFE, SAFE-IF (conditions follow), UNSAFE, UNKNOWN (too little could be looked at).

exit codes: 0 no finding at or above --fail-on, 1 there is one, 2 wrong usage, 3 a file that cannot be used,
4 the driver crashed, 5 it hung, 70 a bug of ddlltool.)";

/// For the expiry of suppressions: "2026-11-22".
std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    localtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

ExitCode code_of(const check::CheckResult& checked, report::FailOn fail_on) {
    ExitCode code = report::reaches(checked, fail_on) ? ExitCode::failed : ExitCode::ok;
    for (const check::CheckRun& run : checked.runs) {
        if (run.result.verdict == scenario::Verdict::bug) code = worse(code, ExitCode::bug);
        if (run.result.verdict == scenario::Verdict::crashed && fail_on != report::FailOn::never)
            code = worse(code, ExitCode::crashed);
        if (run.result.verdict == scenario::Verdict::hung && fail_on != report::FailOn::never)
            code = worse(code, ExitCode::hung);
    }
    return code;
}

struct CheckParser final : Parser {
    CheckParser();
    ExitCode run() override;
    Arguments given;
    bool watch = false;
};

CheckParser::CheckParser()
    : Parser(
          "Is this driver safe to replace on a live node? Reads the file, then loads, uses, unloads and reloads it in\n"
          "child processes, and says what that would do to a node.",
          "ddlltool check") {
    footer(footer_text);
    add_option("NEW.so", given.file, "the driver library")->required()->takes(file_with(".so"));
    add_option("--against", given.against, "the version that it is to replace")->takes("OLD.so", file_with(".so"));
    add_option("--name", given.name, "the driver's name, where the file is called otherwise")->type_name("NAME");
    add_option("--workload", given.workloads, "a scenario of yours that uses the driver; several are played one by one")
        ->each()
        ->takes("FILE", file_with(".json"));
    add_option("--strictness", given.strictness, "1 (quick) to 10 (long): how many stories, and how many cycles")
        ->type_name("N")
        ->range(1U, 10U);
    add_option("--suppressions", given.suppressions, "a JSON file with findings that are accepted for a while")
        ->takes("FILE", file_with(".json"));
    add_fail_on(*this, given.fail_on, "least severity that counts: error, warning, note or never");
    std::vector<Value::Choice> formats;
    for (const auto& format : report::check_formats()) formats.push_back({std::string(format.name), ""});
    add_outputs(*this, given.outputs, "text, json, sarif, junit or github; several: NAME=FILE,NAME=FILE", formats);
    add_option("--library-path", given.library_path, "the node's LD_LIBRARY_PATH: folders")
        ->each()
        ->takes("DIR", {Takes::folder});
    add_driver_path(*this, given.driver_path, "one more folder to look for a workload's drivers in");
    add_jobs(*this, given.jobs, 1024, "stories played at once (default: one for each processor)");
    add_option("--timeout", given.time_limit, "real time for each story (10s)");
    add_color(*this, given.color, "auto, always or never");
    add_flag("--watch", watch, "check again whenever a file that is read here changes; Ctrl-C ends that");
}

Round check_round(const Arguments& given) {
    const auto files = ReportFiles::open(given.outputs);
    if (!files) return {ExitCode::unusable_input, false};
    check::Request request;
    request.file = given.file;
    request.against = given.against;
    request.name = given.name;
    request.strictness = given.strictness;
    request.parallel = given.jobs;
    request.time_limit = given.time_limit;
    request.today = today();
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
    const findings::StaticWorld world = findings::StaticWorld::make(given.library_path);
    const auto done = check::check_driver(request, world);
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
    return {worse(code, code_of(*done, given.fail_on)), done->interrupted};
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
    return round().code;
}

} // namespace

std::unique_ptr<Parser> check_parser() {
    return std::make_unique<CheckParser>();
}

} // namespace ddll::cli
