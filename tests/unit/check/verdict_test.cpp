/// The law of verdicts: each row, which of two is the main reason, and the table of the document.
#include "check/verdict.h"
#include "journal/entry.h"
#include "support/places.h"

#include <doctest/doctest.h>

#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <map>
#include <memory>

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

namespace {

check::Sides sides(std::vector<check::CheckFinding> newer, std::vector<check::CheckFinding> older,
                   std::vector<check::CheckFinding> both, bool replaced = true) {
    return {std::move(newer), std::move(older), std::move(both), replaced, false};
}

check::CheckResult compared(check::Sides given) {
    check::CheckResult checked;
    checked.against = "old.so";
    compare_sides(checked, std::move(given));
    return concluded(std::move(checked));
}

check::CheckFinding dies(words::Rule rule, bool in_replacement) {
    check::CheckFinding out = finding(rule, Severity::error);
    out.way = "SIGSEGV in stop";
    out.in_replacement = in_replacement;
    return out;
}

} // namespace

TEST_CASE("two files: what is new, still there and fixed") {
    const auto checked = compared(
        sides({finding(Rule::fd_leak, Severity::warning), finding(Rule::driver_alloc_leak, Severity::note)},
              {finding(Rule::driver_alloc_leak, Severity::error), finding(Rule::process_exit_called, Severity::error)},
              {finding(Rule::callback_removed, Severity::warning)}));
    REQUIRE(checked.findings.size() == 3);
    for (const check::CheckFinding& one : checked.findings) {
        const bool known = one.rule == Rule::driver_alloc_leak;
        CHECK(one.baseline == (known ? check::Baseline::unchanged : check::Baseline::fresh));
        CHECK(one.of == (one.rule == Rule::callback_removed ? check::Side::replacement : check::Side::newer));
    }
    REQUIRE(checked.fixed.size() == 1);
    CHECK(checked.fixed[0].rule == Rule::process_exit_called);
    CHECK(checked.fixed[0].baseline == check::Baseline::absent);
    CHECK(ground_of(checked.fixed[0]) == Ground::older_only);
    CHECK(checked.verdict == Safety::safe_if); // of what is new
}

TEST_CASE("what only the older file has makes nothing unsafe") {
    CHECK(compared(sides({}, {finding(Rule::process_exit_called, Severity::error)}, {})).verdict == Safety::safe);
    CHECK(compared(sides({}, {dies(Rule::driver_crashed, false)}, {})).verdict == Safety::safe);
    // It was seen while the one replaced the other, too: it still is the older one's, and over.
    const auto leak =
        compared(sides({}, {finding(Rule::fd_leak, Severity::warning)}, {finding(Rule::fd_leak, Severity::warning)}));
    CHECK(leak.verdict == Safety::safe);
    CHECK(leak.findings.empty());
    CHECK(leak.fixed.size() == 1);
}

TEST_CASE("what the older file does when it goes breaks the replacement, under its name") {
    const auto kept = compared(sides({}, {}, {finding(Rule::reload_kept_old_code, Severity::error)}));
    CHECK(kept.verdict == Safety::unsafe);
    REQUIRE(kept.findings.size() == 1);
    CHECK(kept.findings[0].of == check::Side::older);
    CHECK(ground_of(kept.findings[0]) == Ground::older_breaks);
    const auto thread = compared(sides({}, {finding(Rule::thread_outlives_driver, Severity::error)},
                                       {finding(Rule::thread_outlives_driver, Severity::error)}));
    CHECK(thread.verdict == Safety::unsafe);
    CHECK(thread.reasons[0].ground == Ground::older_breaks);
    // By itself only, it was not met.
    CHECK(compared(sides({}, {finding(Rule::thread_outlives_driver, Severity::error)}, {})).verdict == Safety::safe);
    CHECK(compared(sides({}, {dies(Rule::driver_crashed, true)}, {}, false)).verdict == Safety::unsafe);
    const auto sometimes = compared(sides({}, {dies(Rule::driver_crashed, true)}, {}, true));
    CHECK(sometimes.verdict == Safety::safe_if);
    CHECK(sometimes.reasons[0].ground == Ground::older_hampers);
}

TEST_CASE("both crash in the same way: still there, whatever the lines are") {
    auto newer = dies(Rule::driver_crashed, false), older = newer;
    newer.title = "counter: SIGSEGV in stop, counter.c:31";
    older.title = "counter: SIGSEGV in stop, counter.c:28";
    auto checked = compared(sides({newer}, {older}, {}));
    REQUIRE(checked.findings.size() == 1);
    CHECK(checked.findings[0].baseline == check::Baseline::unchanged);
    CHECK(checked.fixed.empty());
    CHECK(checked.verdict == Safety::unsafe);
    older.way = "SIGSEGV in start";
    checked = compared(sides({newer}, {older}, {}));
    CHECK(checked.findings[0].baseline == check::Baseline::fresh);
    CHECK(checked.fixed.size() == 1);
}

TEST_CASE("a crash in a replacement is that of the file whose code ran, and before or after the newer one came") {
    const auto crashed = [](const char* version, std::uint32_t step) {
        check::CheckResult checked;
        checked.runs.push_back(crash("replaced", words::Callback::stop, false));
        check::CheckRun& run = checked.runs.back();
        run.of = check::Side::replacement;
        run.result.death->in.version = version;
        run.result.death->in.step = step;
        static const scenario::ScenarioStep other{};
        static const scenario::ScenarioStep install{scenario::InstallStep{}, {}, {}};
        run.result.flat.resize(4);
        for (std::size_t i = 0; i < 4; ++i) run.result.flat[i].step = i == 0 || i == 2 ? &install : &other;
        return crashes_of(checked).findings.at(0);
    };
    CHECK(crashed("old", 1).of == check::Side::older);
    CHECK_FALSE(crashed("old", 1).in_replacement);
    CHECK(crashed("old", 3).in_replacement);
    CHECK(crashed("new", 3).of == check::Side::newer);
    CHECK(crashed("", 3).of == check::Side::replacement);
}

TEST_CASE("an interrupted check is UNKNOWN, whatever it has seen") {
    auto checked = with({finding(Rule::driver_crashed, Severity::error)});
    checked.interrupted = true;
    checked = concluded(std::move(checked));
    CHECK(checked.verdict == Safety::unknown);
    CHECK(checked.reasons[0].ground == Ground::interrupted);
    CHECK(checked.reasons[1].ground == Ground::crashed);
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

TEST_CASE("what a permanent driver leaves before its first port is opened is a note") {
    const auto run = [](const char* title, bool with_port) {
        check::CheckRun out{"use", title, {}, false};
        out.result.verdict = scenario::Verdict::passed;
        const auto journal = std::make_shared<journal::Journal>(1 << 20);
        if (with_port) journal->write(journal::PortOpened{PortId{1}, DriverId{1}, ProcessId{1}, "counter"});
        out.result.journal = journal;
        return out;
    };
    check::CheckFinding pin = finding(Rule::dso_nodelete_flag, Severity::error), permanent = pin, thread = pin;
    permanent.rule = Rule::permanent_by_driver_lock;
    permanent.runs = {"used"};
    thread.rule = Rule::thread_outlives_driver;
    pin.runs = thread.runs = {"loaded and unloaded"};
    const auto of = [&](std::vector<check::CheckFinding> findings) {
        check::CheckResult checked = with(std::move(findings));
        checked.runs.push_back(run("used", true));
        checked.runs.push_back(run("loaded and unloaded", false));
        std::map<Rule, Severity> out;
        for (const check::CheckFinding& f : concluded(std::move(checked)).findings) out[f.rule] = f.severity;
        return out;
    };
    CHECK(of({pin, permanent})[Rule::dso_nodelete_flag] == Severity::note);
    CHECK(of({pin})[Rule::dso_nodelete_flag] == Severity::error);
    CHECK(of({thread, permanent})[Rule::thread_outlives_driver] == Severity::error); // its code leaves memory
    thread.severity = Severity::warning;
    CHECK(of({thread, permanent})[Rule::thread_outlives_driver] == Severity::note);
    pin.runs.emplace_back("used");
    CHECK(of({pin, permanent})[Rule::dso_nodelete_flag] == Severity::error);
}
