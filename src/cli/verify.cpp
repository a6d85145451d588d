#include "verify/verify.h"
#include "base/text.h"
#include "base/time.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/select.h"
#include "report/verification.h"
#include "scenario/reader.h"
#include "verify/random.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace ddll::cli {
namespace {

struct VerifyArguments {
    std::vector<std::string> inputs; ///< files and folders
    std::vector<std::string> filters;
    std::vector<std::string> driver_path;
    std::string erl = "erl";
    unsigned jobs = 1;
    std::optional<std::chrono::milliseconds> time_limit;
    std::chrono::milliseconds patience{2'000};
    std::uint64_t random = 0, seed = 1, most_differences = 1; ///< random: how many scenarios are made up; 0: none
    std::string differences_folder = ".";                     ///< where scenarios that differ are written
    std::string record, recorded;                             ///< files
    bool json = false, verbose = false, quiet = false;
};

constexpr const char* verify_footer =
    R"(Compared after every step: what calls return or raise, which block and which return later, the messages of each
process and their order (for the caller also: before or after the return), exits, the drivers' callbacks with their
arguments and order, and erl_ddll:info(). Pids, ports and references are matched by where each appears first.
What a node cannot show is listed with --verbose, never passed over.

examples:
  ddlltool verify story.json                    would a node do the same?
  ddlltool verify -j2 tests/scenarios/lifecycle all stories of a folder
  ddlltool verify --random 5000 --seed 7        stories made up by chance; one that differs is shrunk and kept
  ddlltool verify --erl /opt/otp27/bin/erl story.json
  ddlltool verify --record otp27.json tests/scenarios     and keep what the node answered
  ddlltool verify --recorded otp27.json tests/scenarios   compare with that, where there is no such node

exit codes: 0 both agree, 1 they differ, 2 wrong usage, 3 a file that cannot be used, 77 nothing was judged (no erl).)";

constexpr std::string_view verify_formats[] = {"text", "json"};

/// The usable ones; complains about the others.
std::vector<scenario::Scenario> read_usable(const VerifyArguments& arguments, ExitCode& code) {
    const scenario::ReadOptions options = read_options(arguments.driver_path);
    std::vector<scenario::Scenario> out;
    for (const auto& file : find_scenarios(arguments.inputs)) {
        auto read = scenario::read_scenario_file(file, options);
        if (!passes(arguments.filters, file, read.scenario)) continue;
        if (read.scenario) {
            out.push_back(*std::move(read.scenario));
            continue;
        }
        for (Error& mistake : read.mistakes) {
            if (mistake.place.line == 0) mistake = with_meant_file(std::move(mistake), file);
            if (mistake.place.file.empty()) mistake.place.file = file;
            if (mistake.place.line > 0) mistake.place.file += fmt::format(":{}", mistake.place.line);
            complain(mistake);
        }
        code = worse(code, ExitCode::unusable_input);
    }
    return out;
}

ExitCode exit_code(const verify::Verification& all) {
    using verify::Agreement;
    if (all.interrupted) return ExitCode::failed;
    ExitCode code = ExitCode::nothing_run;
    for (const auto& compared : all.scenarios) {
        if (compared.agreement == Agreement::differs || compared.agreement == Agreement::not_compared)
            return ExitCode::failed;
        if (compared.agreement == Agreement::agrees) code = ExitCode::ok;
    }
    return code;
}

verify::VerifyOptions verify_options(const VerifyArguments& wanted) {
    verify::VerifyOptions options;
    options.erl = wanted.erl;
    options.parallel = wanted.jobs;
    options.time_limit = wanted.time_limit;
    options.patience = wanted.patience;
    options.records = !wanted.record.empty();
    return options;
}

Result<verify::Recording> recording_to_ask(const VerifyArguments& wanted) {
    constexpr std::size_t largest = std::size_t{1} << 30;
    auto text = read_file(wanted.recorded, largest);
    if (!text) return with_meant_file(std::move(text).error(), wanted.recorded);
    return verify::read_recording(wanted.recorded, *text);
}

/// What --record says.
ExitCode write_record(const VerifyArguments& wanted, const verify::Recording& recording) {
    if (wanted.record.empty()) return ExitCode::ok;
    std::ofstream out(wanted.record, std::ios::binary);
    out << verify::write_recording(recording);
    out.close();
    if (out) return ExitCode::ok;
    complain(wanted.record, "cannot be written");
    return ExitCode::unusable_input;
}

ExitCode random_scenarios(const VerifyArguments& wanted) {
    verify::RandomOptions options;
    options.count = wanted.random;
    options.seed = wanted.seed;
    options.most_differences = wanted.most_differences;
    options.verify = verify_options(wanted);
    options.read = read_options(wanted.driver_path);
    std::optional<verify::Recording> recording;
    if (!wanted.recorded.empty()) {
        auto read = recording_to_ask(wanted);
        if (!read) return unusable(read.error());
        recording = *std::move(read);
        options.recorded = &*recording;
    }
    Progress progress(wanted.random, "judged", !wanted.quiet);
    const auto result = verify::verify_random(options, [&](std::uint64_t done) { progress.reached(done); });
    progress.hide();
    if (!result) { // there is an emulator, and it does not do what one does: no reason to pass over it
        complain("verify", result.error().message, result.error().hint);
        return ExitCode::failed;
    }
    // What nothing has judged fails, as a scenario that is not in a recording does.
    ExitCode code = result->interrupted || result->not_recorded > 0 ? ExitCode::failed : ExitCode::ok;
    code = worse(code, write_record(wanted, result->recording));
    for (const auto& difference : result->differences) {
        code = worse(code, ExitCode::failed);
        const std::string file =
            fmt::format("{}/random-{}-{}.json", wanted.differences_folder, wanted.seed, difference.number);
        std::ofstream out(file, std::ios::binary);
        out << difference.text;
        out.close();
        if (!out) {
            complain(file, "cannot be written");
            code = worse(code, ExitCode::unusable_input);
        }
        if (!wanted.json) std::fputs(report::random_difference_text(difference, file).c_str(), stdout);
    }
    if (wanted.json) std::fputs(report::random_json(*result, wanted.seed).c_str(), stdout);
    std::fputs((report::random_summary(*result, wanted.seed, !wanted.recorded.empty()) + "\n").c_str(),
               wanted.json ? stderr : stdout);
    return code;
}

Result<verify::Verification> verify_with(const VerifyArguments& wanted, std::vector<scenario::Scenario> scenarios,
                                         const std::function<void(const verify::ScenarioComparison&)>& progress) {
    const verify::VerifyOptions options = verify_options(wanted);
    if (wanted.recorded.empty()) return verify::verify(std::move(scenarios), options, progress);
    const auto recording = recording_to_ask(wanted);
    if (!recording) return recording.error();
    verify::Verification all = verify::verify_recorded(std::move(scenarios), *recording, options, progress);
    all.recorded = wanted.recorded;
    return all;
}

struct VerifyParser final : Parser {
    VerifyParser();
    ExitCode run() override;

    VerifyArguments out;
    std::string patience;
};

VerifyParser::VerifyParser()
    : Parser("Plays scenario files in ddlltool and on a real Erlang emulator, and compares.", "ddlltool verify") {
    footer(verify_footer);
    add_option("FILE|DIR", out.inputs, "scenario files, and folders to look for *.json in")
        ->takes({Takes::files, ".json"});
    add_option("--erl", out.erl, "the emulator to ask (default: erl on PATH)")->takes("PATH", file_with(""));
    add_jobs(*this, out.jobs, 256, "nodes at once (default: one for each processor)");
    add_option("--filter", out.filters, "only scenarios whose title, a tag or path contains this")
        ->each()
        ->type_name("TEXT");
    add_choice("--format", out.json, verify_formats, "text, or json (one document, at the end)")->type_name("NAME");
    add_option("--timeout", out.time_limit, "real time for each scenario; wins over the file's time_limit");
    add_option("--patience", patience, "how long a node may take to show what ddlltool showed (default 2s)")
        ->type_name("DURATION");
    add_driver_path(*this, out.driver_path);
    add_option("--random", out.random, "make up N stories instead of reading files")
        ->type_name("N")
        ->range(std::uint64_t{1}, std::uint64_t{1'000'000'000});
    add_option("--seed", out.seed, "which ones (default 1): the same seed gives the same stories")->type_name("N");
    add_option("--differences", out.most_differences, "stop after N random stories that differ (default 1)")
        ->type_name("N")
        ->range(std::uint64_t{1}, std::uint64_t{1000});
    add_option("--into", out.differences_folder, "folder for random stories that differ, shrunk (default .)")
        ->takes("DIR", {Takes::folder});
    add_option("--record", out.record, "write what the node answered to a file, for --recorded on other machines")
        ->takes("FILE", file_with(".json"));
    add_option("--recorded", out.recorded, "compare with what --record has written, of any release: no erl is needed")
        ->takes("FILE", file_with(".json"));
    add_flag("-v,--verbose", out.verbose, "also what was not compared, and why");
    add_flag("-q,--quiet", out.quiet, "only what differs, and the summary");
}

ExitCode VerifyParser::run() {
    VerifyArguments& wanted = out;
    if (!patience.empty()) {
        const auto value = parse_duration(patience);
        if (!value) return wrong_usage("--patience " + patience, value.error().message, value.error().hint);
        wanted.patience = std::chrono::milliseconds(value->ns / 1'000'000);
    }
    if (wanted.random > 0 && !wanted.inputs.empty())
        return wrong_usage("--random", "makes its own stories", "give files or --random, not both");
    if (wanted.inputs.empty() && wanted.random == 0)
        return wrong_usage("verify", "needs a scenario file or a folder", "ddlltool verify FILE|DIR...");
    if (!wanted.record.empty() && !wanted.recorded.empty())
        return wrong_usage("--record, --recorded", "exclude each other", "give one of them");
    if (wanted.recorded.empty() && !verify::find_erl(wanted.erl)) {
        complain("verify", fmt::format("there is no Erlang emulator to judge: {} cannot be run", wanted.erl),
                 "install Erlang/OTP 24 or later, or give --erl PATH; nothing was judged");
        return ExitCode::nothing_run;
    }
    if (wanted.random > 0) return random_scenarios(wanted);
    ExitCode code = ExitCode::ok;
    auto scenarios = read_usable(wanted, code);
    if (scenarios.empty()) {
        complain("verify", "no scenario to judge");
        return worse(code, ExitCode::nothing_run);
    }
    Progress progress(scenarios.size(), "judged", !wanted.quiet);
    const auto show = [&](const verify::ScenarioComparison& compared) {
        if (wanted.json || (wanted.quiet && (compared.agreement == verify::Agreement::agrees ||
                                             compared.agreement == verify::Agreement::excluded)))
            return;
        progress.hide();
        std::fputs(report::verification_text(compared, wanted.verbose, report::Style{}).c_str(), stdout);
        std::fflush(stdout);
    };
    const auto all = verify_with(wanted, std::move(scenarios), [&](const verify::ScenarioComparison& compared) {
        show(compared);
        progress.one_more();
    });
    progress.hide();
    if (!all) {
        if (!wanted.recorded.empty()) return worse(code, unusable(all.error()));
        complain("verify", all.error().message, all.error().hint);
        return worse(code, ExitCode::failed);
    }
    code = worse(code, write_record(wanted, verify::recording_of(*all)));
    if (wanted.json) std::fputs(report::verification_json(*all).c_str(), stdout);
    std::fputs((report::verification_summary(*all) + "\n").c_str(), wanted.json ? stderr : stdout);
    return worse(code, exit_code(*all));
}

} // namespace

std::unique_ptr<Parser> verify_parser() {
    return std::make_unique<VerifyParser>();
}

} // namespace ddll::cli
