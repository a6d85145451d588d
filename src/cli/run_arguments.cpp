#include "cli/run_arguments.h"

#include "report/formats.h"

#include <fmt/format.h>

namespace ddll::cli {
namespace {

std::string format_help() {
    std::string out = "reports to write, each NAME or NAME=FILE, separated by commas:";
    for (const auto& format : report::formats()) out += fmt::format("\n{}: {}", format.name, format.doc);
    return out;
}

constexpr const char* run_footer =
    R"(examples:
  ddlltool run story.json                              tell one story, step by step
  ddlltool run --quiet -j4 tests/scenarios             only what is wrong, and a summary
  ddlltool run --filter reload 'tests/scenarios'       those with "reload" in title, tag or path
  ddlltool run --format text,junit=report.xml tests    a report for people and one for the CI server
  ddlltool run --format text,html=report.html tests    and one with timelines, for a browser
  ddlltool run --watch story.json                      again at every change, until Ctrl-C
  ddlltool run --shard 2/5 --format json=2.json tests  the second of five machines; ddlltool report merge joins them
  ddlltool run --in-process story.json                 no child process: for a debugger; a crash then ends ddlltool

exit codes: 0 everything held, 1 an expectation or finding failed, 2 wrong usage, 3 a file that cannot be used,
4 a driver crashed, 5 a driver hung, 70 a bug of ddlltool, 77 nothing was played. The worst wins: 70, 4, 5, 3, 1.)";

} // namespace

RunArgumentsParser::RunArgumentsParser()
    : Parser("Plays scenario files, each in a process of its own, and reports.", "ddlltool run") {
    RunArguments& out = arguments;
    footer(run_footer);
    add_option("FILE|DIR", out.inputs, "scenario files, and folders to look for *.json in")
        ->takes({Takes::files, ".json"});
    add_jobs(*this, out.jobs, 1024, "scenarios played at once (default: one for each processor)");
    add_option("--filter", out.filters,
               "only scenarios whose title, a tag or path contains this, or matches it as a pattern with * and ?; "
               "several: any of them")
        ->each()
        ->type_name("TEXT");
    add_option("--shard", shard_,
               "part I of N of the scenarios, for N machines at once: which part a scenario belongs to follows from "
               "its path alone. Without it: what GitLab, Bazel or GoogleTest runners have put into the environment")
        ->type_name("I/N");
    add_flag("--list", out.list, "print what would be played and stop");
    add_flag("--list-calls", out.list_calls, "print the calls that scenarios can use and stop");
    add_flag("--list-rules", out.list_rules, "print the rules that findings come from and stop");
    std::vector<Value::Choice> formats;
    for (const auto& format : report::formats()) formats.push_back({std::string(format.name), std::string(format.doc)});
    add_outputs(*this, out.outputs, format_help(), formats);
    add_option("--timeout", out.time_limit,
               "real time for each scenario, e.g. 500ms or 1min; wins over the file's time_limit");
    add_option("--seed", out.seed, "seed for choices that a scenario leaves open")->type_name("N");
    add_release(*this, out.release, "the release to simulate, 25 to 29 (default: the newest of the scenario)");
    add_flag("--free-threads", out.free_threads,
             "let threads of drivers run as on a node, not one at a time (for sanitizers; runs may differ)");
    add_driver_path(*this, out.driver_path);
    add_fail_on(*this, out.fail_on,
                "least severity of an unexpected finding that fails a scenario: error, warning, note or never");
    add_color(*this, out.color);
    add_flag("--story", log_, "tell every story (the default for a single scenario)");
    add_flag("-v,--verbose", verbose_, "every story with loader events and driver API calls");
    add_flag("-q,--quiet", quiet_, "only what failed, and the summary");
    add_flag("--events", out.events, "the journal in JSON reports too");
    add_flag("--in-process", out.in_process,
             "play in this process, for debuggers: no time limit, and a crash ends ddlltool");
    add_flag("--watch", out.watch, "play again whenever a scenario or a driver file of it changes; Ctrl-C ends that");
    add_check([this] { return check(); });
}

Result<void> RunArgumentsParser::check() {
    RunArguments& out = arguments;
    auto shard = shard_.empty() ? shard_of_environment() : parse_shard("--shard", shard_);
    if (!shard) return std::move(shard).error();
    out.shard = *std::move(shard);
    if (int{verbose_} + int{quiet_} + int{log_} > 1)
        return about("--verbose, --quiet, --story", "exclude each other", "give one of them");
    if (verbose_) out.detail = report::Detail::verbose;
    if (quiet_) out.detail = report::Detail::quiet;
    if (log_) out.detail = report::Detail::log;
    if (out.watch && (out.list || out.list_calls || out.list_rules || out.in_process))
        return about("--watch", "plays again and again, in child processes", "not with --list or --in-process");
    if (out.inputs.empty() && !out.list_calls && !out.list_rules)
        return about("run", "needs a scenario file or a folder", "ddlltool run FILE|DIR...");
    return {};
}

} // namespace ddll::cli
