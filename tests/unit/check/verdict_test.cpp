/// The law of verdicts: each row, which of two is the main reason, and the table of the document.
#include "check/verdict.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>

using namespace ddll;
using check::Ground;
using check::Safety;
using words::Rule;
using words::Severity;

namespace {

check::CheckFinding finding(Rule rule, Severity severity) {
    check::CheckFinding out;
    out.rule = rule;
    out.severity = severity;
    out.title = "counter: " + std::string(name(rule));
    out.confirmed = true;
    return out;
}

/// A crash in `callback`, in a run that is called `title`.
check::CheckRun crash(const char* title, words::Callback callback, bool invents) {
    check::CheckRun run{"use", title, {}, invents};
    run.result.verdict = scenario::Verdict::crashed;
    run.result.death.emplace();
    run.result.death->what = run.result.death->signal = "SIGSEGV";
    run.result.death->in.callback = callback;
    run.result.death->stack = {{"counter.so", 0x20, "f", "counter.c:42"}};
    return run;
}

check::CheckResult concluded(check::CheckResult checked, std::vector<check::Reason> more = {}) {
    checked.name = "counter";
    const std::vector<findings::Finding> statics;
    check::conclude(checked, {&statics, true, std::move(more)});
    return checked;
}

check::CheckResult with(std::vector<check::CheckFinding> findings) {
    check::CheckResult checked;
    checked.findings = std::move(findings);
    return checked;
}

} // namespace

TEST_CASE("every finding stands for a row") {
    CHECK(ground_of(finding(Rule::fd_leak, Severity::note)) == Ground::nothing);
    CHECK(ground_of(finding(Rule::fd_leak, Severity::warning)) == Ground::warning);
    CHECK(ground_of(finding(Rule::fd_leak, Severity::error)) == Ground::error);
    CHECK(ground_of(finding(Rule::driver_crashed, Severity::error)) == Ground::crashed);
    CHECK(ground_of(finding(Rule::driver_hung, Severity::error)) == Ground::hung);
    CHECK(ground_of(finding(Rule::workload_failed, Severity::error)) == Ground::workload_failed);
}

TEST_CASE("the gravest row decides, and all are told") {
    const auto checked =
        concluded(with({finding(Rule::fd_leak, Severity::warning), finding(Rule::driver_crashed, Severity::error)}),
                  {{Ground::no_port, "no port"}});
    CHECK(checked.verdict == Safety::unsafe);
    REQUIRE(checked.reasons.size() == 3);
    CHECK(checked.reasons[0].ground == Ground::crashed);
    CHECK(checked.reasons[1].ground == Ground::no_port);
    CHECK(checked.reasons[2].ground == Ground::warning);
    CHECK(concluded(with({finding(Rule::fd_leak, Severity::warning)}), {{Ground::no_port, ""}}).verdict ==
          Safety::unknown);
    CHECK(concluded(with({finding(Rule::fd_leak, Severity::note)})).verdict == Safety::safe);
}

TEST_CASE("an accepted error is a condition with its date and reason") {
    auto checked = with({finding(Rule::driver_crashed, Severity::error)});
    checked.suppressions.push_back({Rule::driver_crashed, "", "until 2.1", "2026-12-31", {}, false, false});
    checked = concluded(std::move(checked));
    CHECK(checked.verdict == Safety::safe_if);
    REQUIRE(checked.reasons.size() == 1);
    CHECK(checked.reasons[0].ground == Ground::accepted);
    CHECK(checked.reasons[0].text == "driver-crashed: accepted until 2026-12-31: until 2.1");
}

TEST_CASE("a crash is told once, with its runs") {
    check::CheckResult checked;
    checked.runs.push_back(crash("one", words::Callback::stop, true));
    checked.runs.push_back(crash("two", words::Callback::stop, true));
    checked.runs.push_back(crash("three", words::Callback::timeout, true));
    const auto crashes = crashes_of(checked);
    REQUIRE(crashes.findings.size() == 2);
    CHECK(crashes.findings[0].rule == Rule::driver_crashed);
    CHECK(crashes.findings[0].severity == Severity::error);
    CHECK(crashes.findings[0].runs == std::vector<std::string>{"one", "two"});
    CHECK_FALSE(crashes.findings[0].invented);
}

TEST_CASE("a crash on invented data is a condition; the same crash on own data, or elsewhere, is not") {
    const auto verdict = [](std::vector<check::CheckRun> runs) {
        check::CheckResult checked;
        checked.runs = std::move(runs);
        checked.findings = crashes_of(checked).findings;
        return concluded(std::move(checked)).verdict;
    };
    using enum words::Callback;
    CHECK(verdict({crash("one", control, true), crash("two", control, true)}) == Safety::safe_if);
    CHECK(verdict({crash("one", control, true), crash("two", control, false)}) == Safety::unsafe);
    CHECK(verdict({crash("one", stop, true)}) == Safety::unsafe);
}

TEST_CASE("limits of ddlltool are no faults of the driver") {
    check::CheckResult checked;
    checked.runs.push_back({"use", "memory", {}});
    checked.runs.back().result.verdict = scenario::Verdict::crashed;
    checked.runs.back().result.death.emplace().out_of_memory = true;
    checked.runs.push_back({"use", "time", {}});
    checked.runs.back().result.verdict = scenario::Verdict::hung;
    checked.runs.back().result.death.emplace().timed_out = true;
    checked.runs.push_back({"use", "journal", {}});
    checked.runs.back().result.verdict = scenario::Verdict::hung;
    checked.runs.back().result.impasse = words::ImpasseKind::journal_full;
    const auto crashes = crashes_of(checked);
    CHECK(crashes.findings.empty());
    REQUIRE(crashes.limits.size() == 3);
    CHECK(concluded(std::move(checked), crashes.limits).verdict == Safety::unknown);
}

TEST_CASE("a hang inside a callback is the driver's") {
    check::CheckResult checked;
    checked.runs.push_back(crash("one", words::Callback::init, true));
    checked.runs.back().result.verdict = scenario::Verdict::hung;
    checked.runs.back().result.death->timed_out = true;
    const auto crashes = crashes_of(checked);
    REQUIRE(crashes.findings.size() == 1);
    CHECK(crashes.findings[0].rule == Rule::driver_hung);
}

TEST_CASE("the document has the law as it is") {
    std::ifstream in(test::source_folder() + "/docs/check.md");
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    std::string table = "| what happened | verdict | exit |\n|---|---|---|\n";
    for (const check::LawRow& row : check::law)
        table += fmt::format("| {} | {} | {} |\n", row.what, check::name(row.verdict), row.exit);
    CHECK_MESSAGE(text.find(table) != std::string::npos, table);
}

TEST_CASE("a crash outside of the driver is joined with the runtime that explains it") {
    check::CheckFinding runtime = finding(Rule::openmp_runtime_unloaded, Severity::warning);
    runtime.confirmed = false;
    runtime.evidence = "needs libtbb.so.12";
    runtime.fix = "finalize it";
    check::CheckFinding outside = finding(Rule::driver_crashed, Severity::error), inside = outside;
    outside.out_of_driver = true;
    outside.runs = {"loaded and unloaded"};

    const auto joined = concluded(with({runtime, outside}));
    for (const check::CheckFinding& f : joined.findings) {
        CHECK(f.severity == Severity::error);
        CHECK(f.confirmed);
        CHECK(f.fix == "finalize it");
        CHECK(f.runs == outside.runs);
    }
    // A crash in the driver's own code is another matter.
    const auto apart = concluded(with({runtime, inside}));
    REQUIRE(apart.findings.size() == 2);
    CHECK(apart.findings[0].rule == Rule::driver_crashed);
    CHECK(apart.findings[0].fix.empty());
    CHECK(apart.findings[1].severity == Severity::note);
}
