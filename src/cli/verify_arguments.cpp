#include "cli/verify_arguments.h"

#include "base/time.h"
#include "cli/choices.h"

#include <thread>

namespace ddll::cli {
namespace {

constexpr const char* footer_text =
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

constexpr std::string_view formats[] = {"text", "json"};

struct VerifyParser final : Parser {
    VerifyParser();

    VerifyArguments out;
    std::string timeout, patience, format = "text";
};

VerifyParser::VerifyParser()
    : Parser("Plays scenario files in ddlltool and on a real Erlang emulator, and compares.", "ddlltool verify") {
    out.jobs = std::max(1U, std::thread::hardware_concurrency());
    footer(footer_text);
    takes(add_option("FILE|DIR", out.inputs, "scenario files, and folders to look for *.json in"),
          {Takes::files, ".json", {}});
    takes(add_option("--erl", out.erl, "the emulator to ask (default: erl on PATH)"), file_with(""))->type_name("PATH");
    add_option("-j,--jobs", out.jobs, "nodes at once (default: one for each processor)")
        ->type_name("N")
        ->range(1U, 256U);
    each(add_option("--filter", out.filters, "only scenarios whose title, a tag or path contains this"))
        ->type_name("TEXT");
    takes(add_option("--format", format, "text, or json (one document, at the end)"), choice_of(formats))
        ->type_name("NAME");
    add_option("--timeout", timeout, "real time for each scenario; wins over the file's time_limit")
        ->type_name("DURATION");
    add_option("--patience", patience, "how long a node may take to show what ddlltool showed (default 2s)")
        ->type_name("DURATION");
    takes(each(add_option("--driver-path", out.driver_path, "one more folder to look for driver files in")),
          {Takes::folder, "", {}})
        ->type_name("DIR");
    add_option("--random", out.random, "make up N stories about loading and unloading instead of reading files")
        ->type_name("N")
        ->range(std::uint64_t{1}, std::uint64_t{1'000'000'000});
    add_option("--seed", out.seed, "which ones (default 1): the same seed gives the same stories")->type_name("N");
    add_option("--differences", out.most_differences, "stop after N random stories that differ (default 1)")
        ->type_name("N")
        ->range(std::uint64_t{1}, std::uint64_t{1000});
    takes(add_option("--into", out.differences_folder, "folder for random stories that differ, shrunk (default .)"),
          {Takes::folder, "", {}})
        ->type_name("DIR");
    add_flag("-v,--verbose", out.verbose, "also what was not compared, and why");
    add_flag("-q,--quiet", out.quiet, "only what differs, and the summary");
}

} // namespace

std::unique_ptr<Parser> verify_parser() {
    return std::make_unique<VerifyParser>();
}

Result<std::variant<VerifyArguments, HelpText>> parse_verify_arguments(const std::vector<std::string>& arguments) {
    VerifyParser parser;
    auto help = parser.read(arguments);
    if (!help) return std::move(help).error();
    if (*help) return std::variant<VerifyArguments, HelpText>(**std::move(help));
    VerifyArguments& out = parser.out;
    if (!parser.timeout.empty()) {
        const auto limit = milliseconds_of("--timeout", parser.timeout);
        if (!limit) return limit.error();
        out.time_limit = *limit;
    }
    if (!parser.patience.empty()) {
        const auto value = parse_duration(parser.patience);
        if (!value) return about("--patience " + parser.patience, value.error().message, value.error().hint);
        out.patience = std::chrono::milliseconds(value->ns / 1'000'000);
    }
    const auto format = choice("--format", parser.format, formats);
    if (!format) return format.error();
    out.json = formats[*format] == "json";
    if (out.random > 0 && !out.inputs.empty())
        return about("--random", "makes its own stories", "give files or --random, not both");
    if (out.inputs.empty() && out.random == 0)
        return about("verify", "needs a scenario file or a folder", "ddlltool verify FILE|DIR...");
    return std::variant<VerifyArguments, HelpText>(std::move(out));
}

} // namespace ddll::cli
