#include "calls/calls.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "cli/run_arguments.h"
#include "cli/select.h"
#include "cli/watch.h"
#include "report/formats.h"
#include "report/job_summary.h"
#include "scenario/driver_files.h"
#include "scenario/reader.h"
#include "scenario/runner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace ddll::cli {
namespace {

using scenario::RunResult;

/// A scenario that is to be run, or the result it has already (its file could not be used).
struct Candidate {
    std::optional<scenario::Scenario> scenario;
    RunResult result;
};

/// What passes the filters and falls to this machine.
struct Chosen {
    std::vector<Candidate> candidates;
    std::optional<report::RunShard> shard;
};

/// One of the reports that are being written: found in a folder of scenarios it is none.
bool is_output(const RunArguments& arguments, const std::string& file) {
    std::error_code failure;
    return std::any_of(arguments.outputs.begin(), arguments.outputs.end(), [&](const Output& output) {
        return !output.file.empty() && std::filesystem::equivalent(output.file, file, failure);
    });
}

Chosen read_all(const RunArguments& arguments, const scenario::ReadOptions& options) {
    Chosen out;
    std::uint32_t position = 0;
    if (arguments.shard) out.shard.emplace(report::RunShard{arguments.shard->index, arguments.shard->count, 0, {}});
    for (const auto& file : find_scenarios(arguments.inputs)) {
        if (is_output(arguments, file)) continue;
        auto read = scenario::read_scenario_file(file, options);
        if (!passes(arguments.filters, file, read.scenario)) continue;
        if (arguments.shard) {
            ++out.shard->of;
            if (!arguments.shard->has(file)) {
                ++position;
                continue;
            }
            out.shard->positions.push_back(position++);
        }
        Candidate candidate;
        candidate.result.file = file;
        if (read.scenario) {
            candidate.scenario = std::move(read.scenario);
        } else {
            candidate.result.verdict = scenario::Verdict::unusable;
            candidate.result.mistakes = std::move(read.mistakes);
            Error& first = candidate.result.mistakes.front();
            if (first.place.line == 0) first = with_meant_file(std::move(first), file);
        }
        out.candidates.push_back(std::move(candidate));
    }
    return out;
}

report::Run run_all(std::vector<Candidate> candidates, const RunArguments& arguments) {
    std::vector<scenario::Scenario> scenarios;
    for (auto& candidate : candidates)
        if (candidate.scenario) scenarios.push_back(*std::move(candidate.scenario));
    scenario::RunOptions options;
    options.time_limit = arguments.time_limit;
    options.seed = arguments.seed;
    options.release = arguments.release;
    options.free_threads = arguments.free_threads;
    options.in_process = arguments.in_process;
    options.parallel = arguments.jobs;
    Progress progress(scenarios.size(), "played", arguments.detail != report::Detail::quiet);
    auto done = scenario::run_all(std::move(scenarios), options, [&](const RunResult&) { progress.one_more(); });
    report::Run run;
    run.interrupted = done.interrupted;
    std::size_t next = 0;
    for (auto& candidate : candidates)
        run.results.push_back(candidate.scenario ? std::move(done.results[next++]) : std::move(candidate.result));
    return run;
}

ExitCode list(const std::vector<Candidate>& candidates) {
    ExitCode code = candidates.empty() ? ExitCode::nothing_run : ExitCode::ok;
    std::size_t width = 0;
    for (const auto& candidate : candidates) width = std::max(width, candidate.result.file.size());
    for (const auto& candidate : candidates) {
        std::string line = fmt::format("{:<{}}  ", candidate.result.file, width);
        if (candidate.scenario) {
            line += candidate.scenario->title;
            if (!candidate.scenario->tags.empty())
                line += fmt::format("  [{}]", fmt::join(candidate.scenario->tags, ", "));
        } else {
            line += "cannot be used";
            code = worse(code, ExitCode::unusable_input);
        }
        std::puts(line.c_str());
    }
    return code;
}

ExitCode list_calls() {
    std::size_t width = 0;
    const auto calls = calls::known_calls();
    const auto spelled = [](const calls::CallDoc& call) {
        return fmt::format("{}{}{}/{}", call.module, call.module.empty() ? "" : ":", call.name, call.arity);
    };
    for (const auto& call : calls) width = std::max(width, spelled(call).size());
    for (const auto& call : calls) std::puts(fmt::format("{:<{}}  {}", spelled(call), width, call.doc).c_str());
    return ExitCode::ok;
}

/// The files of a round, and where driver files are looked for that are not there yet.
Watched watched(const RunArguments& arguments) {
    Watched out;
    scenario::ReadOptions options = read_options(arguments.driver_path);
    options.examine_driver = [&out](const std::string& path) -> Result<void> {
        out.libraries.push_back(path);
        return {};
    };
    for (const std::string& input : arguments.inputs) {
        std::error_code failure;
        if (std::filesystem::is_directory(input, failure))
            out.folders.push_back({input, ".json"});
        else
            out.files.push_back(input);
    }
    for (const Candidate& candidate : read_all(arguments, options).candidates) {
        out.files.push_back(candidate.result.file);
        if (!candidate.scenario) out.folders.push_back({scenario::folder_of(candidate.result.file), ".so"});
        if (!candidate.scenario) continue;
        out.add_drivers_of(*candidate.scenario);
    }
    for (const std::string& folder : arguments.driver_path) out.folders.push_back({folder, ".so"});
    out.add_written(arguments.outputs);
    return out;
}

ExitCode write_reports(const report::Run& run, const RunArguments& options, const ReportFiles& files) {
    report::Options report_options;
    report_options.detail = options.detail;
    report_options.events = options.events;
    report_options.fail_on = options.fail_on;
    report_options.seed = options.seed;
    report_options.root = current_folder();
    report_options.version = DDLLTOOL_VERSION;
    ExitCode code = files.write([&](const Output& output) {
        report_options.color = output.file.empty() && wants_color(options.color);
        return report::format_named(output.format)->write(run, report_options);
    });
    if (files.has("github")) code = worse(code, add_job_summary(report::job_summary(run, report_options)));
    if (!files.on_terminal()) std::fputs((report::summary_line(run, options.fail_on) + "\n").c_str(), stderr);
    return code;
}

Round run_round(const RunArguments& options) {
    const auto files = ReportFiles::open(options.outputs);
    if (!files) return {ExitCode::unusable_input, false};
    Chosen chosen = read_all(options, read_options(options.driver_path));
    const bool idle_shard = chosen.shard && chosen.candidates.empty() && chosen.shard->of > 0;
    if (chosen.shard && options.detail != report::Detail::quiet)
        std::fputs(fmt::format("shard {}/{}: {} of {} scenarios\n", chosen.shard->index, chosen.shard->count,
                               chosen.candidates.size(), chosen.shard->of)
                       .c_str(),
                   stderr);
    if (chosen.candidates.empty() && !idle_shard)
        complain("run", options.filters.empty() ? "no *.json file there" : "no scenario passes the filter",
                 "nothing was played");
    report::Run run = run_all(std::move(chosen.candidates), options);
    run.shard = std::move(chosen.shard);
    // The other machines have them: nothing is wrong here.
    const ExitCode code = idle_shard ? ExitCode::ok : exit_code_of(run, options.fail_on);
    return {worse(code, write_reports(run, options, *files)), run.interrupted};
}

struct RunParser final : RunArgumentsParser {
    ExitCode run() override {
        if (arguments.list_calls) return list_calls();
        if (arguments.list_rules) return list_rules();
        if (arguments.list) return list(read_all(arguments, read_options(arguments.driver_path)).candidates);
        const auto round = [this] { return run_round(arguments); };
        if (arguments.watch) return run_again_and_again([this] { return watched(arguments); }, round);
        return round().code;
    }
};

} // namespace

std::unique_ptr<Parser> run_parser() {
    return std::make_unique<RunParser>();
}

} // namespace ddll::cli
