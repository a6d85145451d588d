#include "verify/verify.h"
#include "cli/choices.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/read_options.h"
#include "cli/select.h"
#include "cli/usage.h"
#include "cli/verify_arguments.h"
#include "report/verification.h"
#include "scenario/reader.h"
#include "verify/random.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace ddll::cli {
namespace {

/// The usable ones; complains about the others.
std::vector<scenario::Scenario> read_all(const VerifyArguments& arguments, ExitCode& code) {
    const scenario::ReadOptions options = read_options(arguments.driver_path);
    std::vector<scenario::Scenario> out;
    for (const auto& file : find_scenarios(arguments.inputs)) {
        auto read = scenario::read_scenario_file(file, options);
        std::vector<std::string> texts{file};
        if (read.scenario) {
            texts.push_back(read.scenario->title);
            texts.insert(texts.end(), read.scenario->tags.begin(), read.scenario->tags.end());
        }
        if (!passes(arguments.filters, texts)) continue;
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
    for (const auto& story : all.scenarios) {
        if (story.agreement == Agreement::differs || story.agreement == Agreement::not_compared)
            return ExitCode::failed;
        if (story.agreement == Agreement::agrees) code = ExitCode::ok;
    }
    return code;
}

verify::VerifyOptions verify_options(const VerifyArguments& wanted) {
    verify::VerifyOptions options;
    options.erl = wanted.erl;
    options.parallel = wanted.jobs;
    options.time_limit = wanted.time_limit;
    options.patience = wanted.patience;
    return options;
}

ExitCode random_scenarios(const VerifyArguments& wanted) {
    verify::RandomOptions options;
    options.count = wanted.random;
    options.seed = wanted.seed;
    options.most_differences = wanted.most_differences;
    options.verify = verify_options(wanted);
    options.read = read_options(wanted.driver_path);
    Progress progress(wanted.random, "judged", !wanted.quiet);
    const auto result = verify::verify_random(options, [&](std::uint64_t done) { progress.reached(done); });
    progress.hide();
    if (!result) { // there is an emulator, and it does not do what one does: no reason to pass over it
        complain("verify", result.error().message, result.error().hint);
        return ExitCode::failed;
    }
    ExitCode code = result->interrupted ? ExitCode::failed : ExitCode::ok;
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
    std::fputs((report::random_summary(*result, wanted.seed) + "\n").c_str(), wanted.json ? stderr : stdout);
    return code;
}

} // namespace

ExitCode verify_command(const std::vector<std::string>& arguments) {
    auto parsed = parse_verify_arguments(arguments);
    if (!parsed) return wrong_usage(parsed.error().place.file, parsed.error().message, parsed.error().hint);
    if (const auto* help = std::get_if<HelpText>(&*parsed)) {
        std::fputs(help->text.c_str(), stdout);
        return ExitCode::ok;
    }
    const VerifyArguments& wanted = std::get<VerifyArguments>(*parsed);
    if (!verify::find_erl(wanted.erl)) {
        complain("verify", fmt::format("there is no Erlang emulator to judge: {} cannot be run", wanted.erl),
                 "install Erlang/OTP 24 or later, or give --erl PATH; nothing was judged");
        return ExitCode::nothing_run;
    }
    if (wanted.random > 0) return random_scenarios(wanted);
    ExitCode code = ExitCode::ok;
    auto scenarios = read_all(wanted, code);
    if (scenarios.empty()) {
        complain("verify", "no scenario to judge");
        return worse(code, ExitCode::nothing_run);
    }
    const verify::VerifyOptions options = verify_options(wanted);
    Progress progress(scenarios.size(), "judged", !wanted.quiet);
    const auto show = [&](const verify::ScenarioComparison& story) {
        if (wanted.json || (wanted.quiet && (story.agreement == verify::Agreement::agrees ||
                                             story.agreement == verify::Agreement::excluded)))
            return;
        progress.hide();
        std::fputs(report::verification_text(story, wanted.verbose, report::Style{}).c_str(), stdout);
        std::fflush(stdout);
    };
    const auto judged = [&](const verify::ScenarioComparison& story) {
        show(story);
        progress.one_more();
    };
    const auto all = verify::verify(std::move(scenarios), options, judged);
    progress.hide();
    if (!all) {
        complain("verify", all.error().message, all.error().hint);
        return worse(code, ExitCode::failed);
    }
    if (wanted.json) std::fputs(report::verification_json(*all).c_str(), stdout);
    std::fputs((report::verification_summary(*all) + "\n").c_str(), wanted.json ? stderr : stdout);
    return worse(code, exit_code(*all));
}

} // namespace ddll::cli
