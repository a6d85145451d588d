#include "cli/verify_arguments.h"

#include "base/text.h"
#include "base/time.h"

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

constexpr const char* footer =
    R"(Compared after every step: what calls return or raise, which block and which return later, the messages of each
process and their order (for the caller also: before or after the return), exits, the drivers' callbacks with their
arguments and order, and erl_ddll:info(). Pids, ports and references are matched by where each appears first.
What a node cannot show is listed with --verbose, never passed over.

examples:
  ddlltool verify story.json                    would a node do the same?
  ddlltool verify -j2 tests/scenarios/lifecycle all stories of a folder
  ddlltool verify --random 5000 --seed 7        stories made up by chance; one that differs is shrunk and kept
  ddlltool verify --erl /opt/otp27/bin/erl story.json

exit codes: 0 both agree, 1 they differ, 2 wrong usage, 3 a file that cannot be used, 77 nothing was judged (no erl).)";

} // namespace

Result<std::variant<VerifyArguments, HelpText>> parse_verify_arguments(const std::vector<std::string>& arguments) {
    VerifyArguments out;
    std::string timeout, patience, format = "text";
    out.jobs = std::max(1U, std::thread::hardware_concurrency());
    CLI::App app{"Plays scenario files in ddlltool and on a real Erlang emulator, and compares.", "ddlltool verify"};
    app.footer(footer);
    app.set_help_flag("-h,--help", "print this");
    const auto each = [](CLI::Option* option) { return option->allow_extra_args(false)->type_size(1); };
    app.add_option("FILE|DIR", out.inputs, "scenario files, and folders to look for *.json in");
    app.add_option("--erl", out.erl, "the emulator to ask (default: erl on PATH)")->type_name("PATH");
    app.add_option("-j,--jobs", out.jobs, "nodes at once (default: one for each processor)")
        ->type_name("N")
        ->check(CLI::Range(1U, 256U));
    each(app.add_option("--filter", out.filters, "only scenarios whose title, a tag or path contains this"))
        ->type_name("TEXT");
    app.add_option("--format", format, "text, or json (one document, at the end)")->type_name("NAME");
    app.add_option("--timeout", timeout, "real time for each scenario; wins over the file's time_limit")
        ->type_name("DURATION");
    app.add_option("--patience", patience, "how long a node may take to show what ddlltool showed (default 2s)")
        ->type_name("DURATION");
    each(app.add_option("--driver-path", out.driver_path, "one more folder to look for driver files in"))
        ->type_name("DIR");
    app.add_option("--random", out.random, "make up N stories about loading and unloading instead of reading files")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
    app.add_option("--seed", out.seed, "which ones (default 1): the same seed gives the same stories")->type_name("N");
    app.add_option("--differences", out.most_differences, "stop after N random stories that differ (default 1)")
        ->type_name("N")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000}));
    app.add_option("--into", out.differences_folder, "folder for random stories that differ, shrunk (default .)")
        ->type_name("DIR");
    app.add_flag("-v,--verbose", out.verbose, "also what was not compared, and why");
    app.add_flag("-q,--quiet", out.quiet, "only what differs, and the summary");
    try {
        std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
        app.parse(reversed);
    } catch (const CLI::CallForHelp&) {
        return std::variant<VerifyArguments, HelpText>(HelpText{app.help()});
    } catch (const CLI::ExtrasError&) {
        const std::string word = app.remaining().empty() ? "" : app.remaining().front();
        return about(word, "no such option", "ddlltool verify --help lists them");
    } catch (const CLI::ParseError& e) {
        return about("verify", e.what(), "ddlltool verify --help lists the options");
    }
    const auto duration = [](const char* option, const std::string& text) -> Result<std::chrono::milliseconds> {
        const auto value = parse_duration(text);
        if (!value) return about(fmt::format("{} {}", option, text), value.error().message, value.error().hint);
        return std::chrono::milliseconds(value->ns / 1'000'000);
    };
    if (!timeout.empty()) {
        const auto limit = duration("--timeout", timeout);
        if (!limit) return limit.error();
        if (limit->count() < 1) return about("--timeout " + timeout, "must be at least 1ms");
        out.time_limit = *limit;
    }
    if (!patience.empty()) {
        const auto limit = duration("--patience", patience);
        if (!limit) return limit.error();
        out.patience = *limit;
    }
    if (format != "text" && format != "json") return about("--format " + format, "must be text or json");
    out.json = format == "json";
    if (out.random > 0 && !out.inputs.empty())
        return about("--random", "makes its own stories", "give files or --random, not both");
    if (out.inputs.empty() && out.random == 0)
        return about("verify", "needs a scenario file or a folder", "ddlltool verify FILE|DIR...");
    return std::variant<VerifyArguments, HelpText>(std::move(out));
}

} // namespace ddll::cli
