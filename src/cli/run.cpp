#include "action/action.h"
#include "check/catalogue.h"
#include "cli/commands.h"
#include "cli/read_options.h"
#include "cli/run_arguments.h"
#include "cli/select.h"
#include "cli/usage.h"
#include "host/misuse.h"
#include "report/formats.h"
#include "report/job_summary.h"
#include "scenario/reader.h"
#include "scenario/runner.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>

namespace ddll::cli {
namespace {

using scenario::RunResult;

struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

bool write_to(std::FILE* file, const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0;
}

/// A scenario that is to be played, or the result it has already (its file could not be used).
struct Candidate {
    std::optional<scenario::Scenario> scenario;
    RunResult result;
};

std::vector<Candidate> read_all(const RunArguments& arguments, const Context& context) {
    const scenario::ReadOptions options = read_options(context, arguments.driver_path);
    std::vector<Candidate> out;
    for (const auto& file : find_scenarios(arguments.inputs)) {
        auto read = scenario::read_scenario_file(file, options);
        std::vector<std::string> texts{file};
        if (read.scenario) {
            texts.push_back(read.scenario->title);
            texts.insert(texts.end(), read.scenario->tags.begin(), read.scenario->tags.end());
        }
        if (!passes(arguments.filters, texts)) continue;
        Candidate candidate;
        candidate.result.file = file;
        if (read.scenario) {
            candidate.scenario = std::move(read.scenario);
        } else {
            candidate.result.verdict = scenario::Verdict::unusable;
            candidate.result.mistakes = std::move(read.mistakes);
        }
        out.push_back(std::move(candidate));
    }
    return out;
}

/// "12/40" on the terminal, overwritten in place; nothing where nobody watches.
class Progress {
public:
    Progress(std::size_t total, bool wanted)
        : total_(total), shown_(wanted && total > 1 && isatty(STDERR_FILENO) == 1) {}
    ~Progress() {
        if (shown_) std::fputs("\r\x1b[K", stderr);
    }
    Progress(const Progress&) = delete;

    void one_more() {
        ++done_;
        if (shown_) std::fputs(fmt::format("\r{}/{} played", done_, total_).c_str(), stderr);
    }

private:
    std::size_t total_, done_ = 0;
    bool shown_;
};

report::Run play(std::vector<Candidate> candidates, const RunArguments& arguments, const Context& context) {
    std::vector<scenario::Scenario> scenarios;
    for (auto& candidate : candidates)
        if (candidate.scenario) scenarios.push_back(*std::move(candidate.scenario));
    scenario::RunOptions options;
    options.time_limit = arguments.time_limit;
    options.seed = arguments.seed;
    options.free_threads = arguments.free_threads;
    options.in_process = arguments.in_process;
    options.parallel = arguments.jobs;
    options.api_function = context.api_function;
    Progress progress(scenarios.size(), arguments.detail != report::Detail::quiet);
    auto played = scenario::run_all(std::move(scenarios), options, [&](const RunResult&) { progress.one_more(); });
    report::Run run;
    run.interrupted = played.interrupted;
    std::size_t next = 0;
    for (auto& candidate : candidates)
        run.results.push_back(candidate.scenario ? std::move(played.results[next++]) : std::move(candidate.result));
    return run;
}

/// What files are shown relative to where a format wants that.
std::string current_folder() {
    std::error_code failed;
    return std::filesystem::current_path(failed).string();
}

/// GitHub Actions shows what is added to this file as the summary of the job.
ExitCode add_job_summary(const report::Run& run, const report::Options& options) {
    const char* path = std::getenv("GITHUB_STEP_SUMMARY");
    if (path == nullptr || *path == '\0') return ExitCode::ok;
    const File file(std::fopen(path, "ab"));
    if (file && write_to(file.get(), report::job_summary(run, options))) return ExitCode::ok;
    complain(path, fmt::format("cannot be written: {}", std::strerror(errno)), "named by GITHUB_STEP_SUMMARY");
    return ExitCode::unusable_input;
}

std::string_view rule_name(std::uint16_t number) {
    return host::rule_id(static_cast<host::Misuse>(number));
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
    const auto calls = action::known_calls();
    const auto spelled = [](const action::CallDoc& call) {
        return fmt::format("{}{}{}/{}", call.module, call.module.empty() ? "" : ":", call.name, call.arity);
    };
    for (const auto& call : calls) width = std::max(width, spelled(call).size());
    for (const auto& call : calls) std::puts(fmt::format("{:<{}}  {}", spelled(call), width, call.doc).c_str());
    return ExitCode::ok;
}

ExitCode list_rules() {
    std::size_t width = 0;
    for (const auto& rule : check::catalogue()) width = std::max(width, rule.id.size());
    for (const auto& rule : check::catalogue())
        std::puts(fmt::format("{:<{}}  {:<7}  {}", rule.id, width, check::name(rule.severity), rule.title).c_str());
    return ExitCode::ok;
}

} // namespace

ExitCode run_command(const std::vector<std::string>& arguments, const Context& context) {
    auto parsed = parse_run_arguments(arguments);
    if (!parsed) return wrong_usage(parsed.error().place.file, parsed.error().message, parsed.error().hint);
    if (const auto* help = std::get_if<HelpText>(&*parsed)) {
        std::fputs(help->text.c_str(), stdout);
        return ExitCode::ok;
    }
    const RunArguments& options = std::get<RunArguments>(*parsed);
    if (options.list_calls) return list_calls();
    if (options.list_rules) return list_rules();

    // Report files are opened first: it is a pity to play for minutes and then have nowhere to write.
    std::vector<File> files;
    if (!options.list) {
        for (const auto& output : options.outputs) {
            files.emplace_back(output.file.empty() ? nullptr : std::fopen(output.file.c_str(), "wb"));
            if (output.file.empty() || files.back()) continue;
            complain(output.file, fmt::format("cannot be written: {}", std::strerror(errno)));
            return ExitCode::unusable_input;
        }
    }
    auto candidates = read_all(options, context);
    if (options.list) return list(candidates);
    if (candidates.empty())
        complain("run", options.filters.empty() ? "no *.json file there" : "no scenario passes the filter",
                 "nothing was played");

    report::Run run = play(std::move(candidates), options, context);
    report::Options report_options;
    report_options.detail = options.detail;
    report_options.events = options.events;
    report_options.fail_on = options.fail_on;
    report_options.seed = options.seed;
    report_options.root = current_folder();
    report_options.version = DDLLTOOL_VERSION;
    report_options.names.function = context.api_function;
    report_options.names.rule = rule_name;
    ExitCode code = exit_code_of(run, options.fail_on);
    for (std::size_t i = 0; i < options.outputs.size(); ++i) {
        report_options.color = options.outputs[i].file.empty() && wants_color(options.color);
        const auto text = report::format_named(options.outputs[i].format)->write(run, report_options);
        if (!write_to(files[i] ? files[i].get() : stdout, text)) {
            complain(options.outputs[i].file.empty() ? "stdout" : options.outputs[i].file,
                     fmt::format("cannot be written: {}", std::strerror(errno)));
            code = worse(code, ExitCode::unusable_input);
        }
        if (options.outputs[i].format == "github") code = worse(code, add_job_summary(run, report_options));
    }
    // Whoever reads JSON from stdout still wants to see how it went.
    const bool told = std::any_of(options.outputs.begin(), options.outputs.end(), [](const Output& output) {
        return (output.format == "text" || output.format == "github") && output.file.empty();
    });
    if (!told) std::fputs((report::summary_line(run, options.fail_on) + "\n").c_str(), stderr);
    return code;
}

} // namespace ddll::cli
