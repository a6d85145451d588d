#include "cli/exit_code.h"

#include <doctest/doctest.h>

using namespace ddll;
using cli::ExitCode;
using report::FailOn;
using scenario::Verdict;

namespace {

report::Run run_of(std::initializer_list<Verdict> verdicts) {
    report::Run run;
    for (const auto verdict : verdicts) {
        scenario::RunResult result;
        result.verdict = verdict;
        run.results.push_back(std::move(result));
    }
    return run;
}

ExitCode code(std::initializer_list<Verdict> verdicts) {
    return cli::exit_code_of(run_of(verdicts), FailOn::warning);
}

} // namespace

TEST_CASE("the worst verdict decides the exit code") {
    CHECK(code({Verdict::passed}) == ExitCode::ok);
    CHECK(code({Verdict::passed, Verdict::skipped}) == ExitCode::ok);
    CHECK(code({Verdict::failed, Verdict::passed}) == ExitCode::failed);
    CHECK(code({Verdict::failed, Verdict::unusable}) == ExitCode::unusable_input);
    CHECK(code({Verdict::unusable, Verdict::hung, Verdict::failed}) == ExitCode::hung);
    CHECK(code({Verdict::hung, Verdict::crashed}) == ExitCode::crashed);
    CHECK(code({Verdict::crashed, Verdict::bug, Verdict::hung}) == ExitCode::bug);
}

TEST_CASE("worse is symmetric and keeps the documented order") {
    const ExitCode order[] = {ExitCode::bug,    ExitCode::crashed, ExitCode::hung, ExitCode::unusable_input,
                              ExitCode::failed, ExitCode::ok};
    for (std::size_t i = 0; i < std::size(order); ++i)
        for (std::size_t j = 0; j < std::size(order); ++j) {
            CHECK(cli::worse(order[i], order[j]) == order[std::min(i, j)]);
            CHECK(cli::worse(order[j], order[i]) == order[std::min(i, j)]);
        }
}

TEST_CASE("a run that played nothing is not a success") {
    CHECK(code({}) == ExitCode::nothing_run);
    CHECK(code({Verdict::skipped}) == ExitCode::nothing_run);
}

TEST_CASE("an interrupted run is not a success either, and hides nothing worse") {
    auto run = run_of({Verdict::passed, Verdict::skipped});
    run.interrupted = true;
    CHECK(cli::exit_code_of(run, FailOn::warning) == ExitCode::failed);
    run.results.front().verdict = Verdict::crashed;
    CHECK(cli::exit_code_of(run, FailOn::warning) == ExitCode::crashed);
}

TEST_CASE("unexpected findings count from the level asked for") {
    auto run = run_of({Verdict::passed});
    run.results.front().findings.push_back(
        {words::Rule::fd_leak, words::Severity::warning, "title", "", "", {}, UINT32_MAX, false});
    CHECK(cli::exit_code_of(run, FailOn::error) == ExitCode::ok);
    CHECK(cli::exit_code_of(run, FailOn::warning) == ExitCode::failed);
    CHECK(cli::exit_code_of(run, FailOn::note) == ExitCode::failed);
    CHECK(cli::exit_code_of(run, FailOn::never) == ExitCode::ok);
    run.results.front().findings.front().expected = true;
    CHECK(cli::exit_code_of(run, FailOn::note) == ExitCode::ok);
}
