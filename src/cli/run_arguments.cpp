#include "cli/run_arguments.h"

#include "base/text.h"
#include "base/time.h"
#include "report/formats.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <thread>

namespace ddll::cli {
namespace {

Error about(std::string what, std::string why, std::string hint = {}) {
    Error e = error(std::move(why), std::move(hint));
    e.place.file = std::move(what);
    return e;
}

/// One of a few words, by number; the error names the nearest.
Result<std::size_t> choice(std::string_view option, std::string_view word, std::span<const std::string_view> words) {
    for (std::size_t i = 0; i < words.size(); ++i)
        if (words[i] == word) return i;
    const auto meant = nearest(word, words);
    return about(fmt::format("{} {}", option, word), fmt::format("must be {}", one_of(words)),
                 meant ? fmt::format("did you mean {}?", *meant) : "");
}

/// "text,json=out.json" and repetitions of it.
Result<std::vector<Output>> outputs_of(const std::vector<std::string>& texts) {
    std::vector<std::string_view> names;
    for (const auto& format : report::formats()) names.push_back(format.name);
    std::vector<Output> outputs;
    bool stdout_taken = false;
    for (const auto& text : texts) {
        for (std::size_t at = 0; at <= text.size();) {
            const auto end = std::min(text.find(',', at), text.size());
            const std::string part = text.substr(at, end - at);
            at = end + 1;
            const auto equals = part.find('=');
            const std::string name = part.substr(0, equals);
            if (auto known = choice("--format", name, names); !known) return std::move(known).error();
            Output output{name, equals == std::string::npos ? "" : part.substr(equals + 1)};
            if (equals != std::string::npos && output.file.empty())
                return about("--format " + part, "names no file", "write --format " + name + "=FILE");
            if (output.file.empty() && stdout_taken)
                return about("--format " + text, "only one report can go to the terminal",
                             "give the others a file: " + name + "=FILE");
            stdout_taken = stdout_taken || output.file.empty();
            outputs.push_back(std::move(output));
        }
    }
    if (outputs.empty()) outputs.push_back({"text", ""});
    return outputs;
}

/// What CLI11 could not place: an unknown option gets the nearest one as a hint.
Error unknown(const CLI::App& app, const std::string& word) {
    std::vector<std::string> flags;
    for (const auto* option : app.get_options()) {
        for (const auto& name : option->get_lnames()) flags.push_back("--" + name);
        for (const auto& name : option->get_snames()) flags.push_back("-" + name);
    }
    const std::vector<std::string_view> views(flags.begin(), flags.end());
    const auto meant = nearest(word.substr(0, word.find('=')), views);
    return about(word, word.starts_with('-') ? "no such option" : "not expected here",
                 meant ? fmt::format("did you mean {}?", *meant) : "ddlltool run --help lists them");
}

std::string format_help() {
    std::string out = "reports to write, each NAME or NAME=FILE, separated by commas:";
    for (const auto& format : report::formats()) out += fmt::format("\n{}: {}", format.name, format.doc);
    return out;
}

constexpr const char* footer =
    R"(examples:
  ddlltool run story.json                              tell one story, step by step
  ddlltool run --quiet -j4 tests/scenarios             only what is wrong, and a summary
  ddlltool run --filter reload 'tests/scenarios'       those with "reload" in title, tag or path
  ddlltool run --format text,junit=report.xml tests    a report for people and one for the CI server
  ddlltool run --format text,html=report.html tests    and one with timelines, for a browser
  ddlltool run --in-process story.json                 no child process: for a debugger; a crash then ends ddlltool

exit codes: 0 everything held, 1 an expectation or finding failed, 2 wrong usage, 3 a file that cannot be used,
4 a driver crashed, 5 a driver hung, 70 a bug of ddlltool, 77 nothing was played. The worst wins: 70, 4, 5, 3, 1.)";

} // namespace

Result<std::variant<RunArguments, HelpText>> parse_run_arguments(const std::vector<std::string>& arguments) {
    RunArguments out;
    std::vector<std::string> formats;
    std::string timeout, color = "auto", fail_on = "warning";
    bool verbose = false, quiet = false, story = false;
    out.jobs = std::max(1U, std::thread::hardware_concurrency());

    CLI::App app{"Plays scenario files, each in a process of its own, and reports.", "ddlltool run"};
    app.footer(footer);
    app.set_help_flag("-h,--help", "print this");
    const auto each = [](CLI::Option* option) { return option->allow_extra_args(false)->type_size(1); };
    app.add_option("FILE|DIR", out.inputs, "scenario files, and folders to look for *.json in");
    app.add_option("-j,--jobs", out.jobs, "scenarios played at once (default: one for each processor)")
        ->type_name("N")
        ->check(CLI::Range(1U, 1024U));
    each(app.add_option(
             "--filter", out.filters,
             "only scenarios whose title, a tag or path contains this, or matches it as a pattern with * and ?; "
             "several: any of them"))
        ->type_name("TEXT");
    app.add_flag("--list", out.list, "print what would be played and stop");
    app.add_flag("--list-calls", out.list_calls, "print the calls that scenarios can use and stop");
    app.add_flag("--list-rules", out.list_rules, "print the rules that findings come from and stop");
    each(app.add_option("--format", formats, format_help()))->type_name("NAME[=FILE]");
    app.add_option("--timeout", timeout,
                   "real time for each scenario, e.g. 500ms or 1min; wins over the file's time_limit")
        ->type_name("DURATION");
    app.add_option("--seed", out.seed, "seed for choices that a scenario leaves open")->type_name("N");
    app.add_flag("--free-threads", out.free_threads,
                 "let threads of drivers run as on a node, not one at a time (for sanitizers; runs may differ)");
    each(app.add_option("--driver-path", out.driver_path, "one more folder to look for driver files in"))
        ->type_name("DIR");
    app.add_option("--fail-on", fail_on,
                   "least severity of an unexpected finding that fails a scenario: error, warning, note or never")
        ->type_name("SEVERITY");
    app.add_option("--color", color, "auto, always or never; auto looks at the terminal and NO_COLOR")
        ->type_name("WHEN");
    app.add_flag("--story", story, "tell every story (the default for a single scenario)");
    app.add_flag("-v,--verbose", verbose, "every story with loader events and driver API calls");
    app.add_flag("-q,--quiet", quiet, "only what failed, and the summary");
    app.add_flag("--events", out.events, "the journal in JSON reports too");
    app.add_flag("--in-process", out.in_process,
                 "play in this process, for debuggers: no time limit, and a crash ends ddlltool");
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return std::variant<RunArguments, HelpText>(HelpText{app.help()});
    } catch (const CLI::ExtrasError&) {
        return unknown(app, app.remaining().empty() ? "" : app.remaining().front());
    } catch (const CLI::ParseError& e) {
        return about("run", e.what(), "ddlltool run --help lists the options");
    }

    auto outputs = outputs_of(formats);
    if (!outputs) return std::move(outputs).error();
    out.outputs = *std::move(outputs);
    if (!timeout.empty()) {
        const auto limit = parse_duration(timeout);
        if (!limit) return about("--timeout " + timeout, limit.error().message, limit.error().hint);
        if (limit->ns < 1'000'000) return about("--timeout " + timeout, "must be at least 1ms");
        out.time_limit = std::chrono::milliseconds(limit->ns / 1'000'000);
    }
    static constexpr std::string_view severities[] = {"error", "warning", "note", "never"};
    const auto level = choice("--fail-on", fail_on, severities);
    if (!level) return level.error();
    out.fail_on = static_cast<report::FailOn>(*level);
    static constexpr std::string_view colors[] = {"auto", "always", "never"};
    const auto when = choice("--color", color, colors);
    if (!when) return when.error();
    out.color = static_cast<Color>(*when);
    if (int{verbose} + int{quiet} + int{story} > 1)
        return about("--verbose, --quiet, --story", "exclude each other", "give one of them");
    if (verbose) out.detail = report::Detail::verbose;
    if (quiet) out.detail = report::Detail::quiet;
    if (story) out.detail = report::Detail::story;
    if (out.inputs.empty() && !out.list_calls && !out.list_rules)
        return about("run", "needs a scenario file or a folder", "ddlltool run FILE|DIR...");
    return std::variant<RunArguments, HelpText>(std::move(out));
}

} // namespace ddll::cli
