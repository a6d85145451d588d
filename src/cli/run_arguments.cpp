#include "cli/run_arguments.h"

#include "cli/choices.h"
#include "report/formats.h"

#include <fmt/format.h>

#include <thread>

namespace ddll::cli {
namespace {

std::string format_help() {
    std::string out = "reports to write, each NAME or NAME=FILE, separated by commas:";
    for (const auto& format : report::formats()) out += fmt::format("\n{}: {}", format.name, format.doc);
    return out;
}

constexpr const char* footer_text =
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

struct RunParser final : Parser {
    RunParser();

    RunArguments out;
    std::vector<std::string> formats;
    std::string timeout, shard, color = "auto", fail_on = "warning";
    bool verbose = false, quiet = false, story = false;
};

RunParser::RunParser() : Parser("Plays scenario files, each in a process of its own, and reports.", "ddlltool run") {
    out.jobs = std::max(1U, std::thread::hardware_concurrency());
    footer(footer_text);
    takes(add_option("FILE|DIR", out.inputs, "scenario files, and folders to look for *.json in"),
          {Takes::files, ".json", {}});
    add_option("-j,--jobs", out.jobs, "scenarios played at once (default: one for each processor)")
        ->type_name("N")
        ->range(1U, 1024U);
    each(add_option("--filter", out.filters,
                    "only scenarios whose title, a tag or path contains this, or matches it as a pattern with * and ?; "
                    "several: any of them"))
        ->type_name("TEXT");
    add_option("--shard", shard,
               "part I of N of the scenarios, for N machines at once: which part a scenario belongs to follows from "
               "its path alone. Without it: what GitLab, Bazel or GoogleTest runners have put into the environment")
        ->type_name("I/N");
    add_flag("--list", out.list, "print what would be played and stop");
    add_flag("--list-calls", out.list_calls, "print the calls that scenarios can use and stop");
    add_flag("--list-rules", out.list_rules, "print the rules that findings come from and stop");
    Value reports{Takes::reports, "", {}};
    for (const auto& format : report::formats())
        reports.choices.push_back({std::string(format.name), std::string(format.doc)});
    takes(each(add_option("--format", formats, format_help())), reports)->type_name("NAME[=FILE]");
    add_option("--timeout", timeout, "real time for each scenario, e.g. 500ms or 1min; wins over the file's time_limit")
        ->type_name("DURATION");
    add_option("--seed", out.seed, "seed for choices that a scenario leaves open")->type_name("N");
    add_flag("--free-threads", out.free_threads,
             "let threads of drivers run as on a node, not one at a time (for sanitizers; runs may differ)");
    takes(each(add_option("--driver-path", out.driver_path, "one more folder to look for driver files in")),
          {Takes::folder, "", {}})
        ->type_name("DIR");
    takes(add_option("--fail-on", fail_on,
                     "least severity of an unexpected finding that fails a scenario: error, warning, note or never"),
          choice_of(severities))
        ->type_name("SEVERITY");
    takes(add_option("--color", color, "auto, always or never; auto looks at the terminal and NO_COLOR"),
          choice_of(color_words))
        ->type_name("WHEN");
    add_flag("--story", story, "tell every story (the default for a single scenario)");
    add_flag("-v,--verbose", verbose, "every story with loader events and driver API calls");
    add_flag("-q,--quiet", quiet, "only what failed, and the summary");
    add_flag("--events", out.events, "the journal in JSON reports too");
    add_flag("--in-process", out.in_process,
             "play in this process, for debuggers: no time limit, and a crash ends ddlltool");
    add_flag("--watch", out.watch, "play again whenever a scenario or a driver file of it changes; Ctrl-C ends that");
}

} // namespace

std::unique_ptr<Parser> run_parser() {
    return std::make_unique<RunParser>();
}

Result<std::variant<RunArguments, HelpText>> parse_run_arguments(const std::vector<std::string>& arguments) {
    RunParser parser;
    auto help = parser.read(arguments);
    if (!help) return std::move(help).error();
    if (*help) return std::variant<RunArguments, HelpText>(**std::move(help));
    RunArguments& out = parser.out;
    std::vector<std::string_view> names;
    for (const auto& format : report::formats()) names.push_back(format.name);
    auto outputs = outputs_of(parser.formats, names);
    if (!outputs) return std::move(outputs).error();
    out.outputs = *std::move(outputs);
    if (!parser.timeout.empty()) {
        const auto limit = milliseconds_of("--timeout", parser.timeout);
        if (!limit) return limit.error();
        out.time_limit = *limit;
    }
    auto shard = parser.shard.empty() ? shard_of_environment() : parse_shard("--shard", parser.shard);
    if (!shard) return std::move(shard).error();
    out.shard = *std::move(shard);
    const auto level = severity_of("--fail-on", parser.fail_on);
    if (!level) return level.error();
    out.fail_on = *level;
    const auto when = color_of(parser.color);
    if (!when) return when.error();
    out.color = *when;
    if (int{parser.verbose} + int{parser.quiet} + int{parser.story} > 1)
        return about("--verbose, --quiet, --story", "exclude each other", "give one of them");
    if (parser.verbose) out.detail = report::Detail::verbose;
    if (parser.quiet) out.detail = report::Detail::quiet;
    if (parser.story) out.detail = report::Detail::log;
    if (out.watch && (out.list || out.list_calls || out.list_rules || out.in_process))
        return about("--watch", "plays again and again, in child processes", "not with --list or --in-process");
    if (out.inputs.empty() && !out.list_calls && !out.list_rules)
        return about("run", "needs a scenario file or a folder", "ddlltool run FILE|DIR...");
    return std::variant<RunArguments, HelpText>(std::move(out));
}

} // namespace ddll::cli
