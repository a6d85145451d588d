#include "check/check.h"

#include "base/prose.h"
#include "check/made_scenarios.h"
#include "check/verdict.h"
#include "journal/entry.h"
#include "scenario/reader.h"
#include "words/findings.h"

#include <erl_driver.h>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::check {

namespace {

/// Libraries that end the process, or the checker, just by being opened.
bool may_be_opened(const std::vector<findings::Finding>& statics) {
    return std::none_of(statics.begin(), statics.end(),
                        [](const findings::Finding& f) { return f.rule == Rule::sanitizer_build; });
}

/// Rules that go by the clock.
constexpr Rule timed_rules[] = {Rule::callback_sleeps, Rule::callback_stalls_scheduler, Rule::slow_finish_freezes_node};

class Checker {
public:
    Checker(const Request& request, const findings::StaticWorld& world) : request_(request), world_(world) {
        out_.file = request.file;
        out_.against = request.against;
        out_.suppressions = request.suppressions;
        for (Suppression& s : out_.suppressions) s.expired = s.expires < request.today;
    }

    Result<CheckResult> run() {
        namespace fs = std::filesystem;
        subject_.newer = fs::absolute(request_.file).lexically_normal();
        subject_.name = request_.name.empty() ? fs::path(request_.file).stem().string() : request_.name;
        if (!request_.against.empty())
            subject_.older = fs::absolute(request_.against).lexically_normal();
        else if (auto made = make_twin(subject_.newer, subject_.name); made)
            subject_.older = twin_.emplace(*std::move(made)).path;
        else
            return std::move(made).error();
        subject_.cycles = request_.strictness <= 5 ? 6 : 6 * (request_.strictness - 4);
        out_.name = subject_.name;
        if (auto read = read_files(); !read) return std::move(read).error();
        if (openable_)
            run_made();
        else if (!unusable_)
            out_.not_looked_at.emplace_back("nothing was run: opening this library would end the process");
        out_.conditions = std::move(conditions_);
        conclude(out_, {&statics_, used_, unusable_});
        return std::move(out_);
    }

private:
    Result<void> read_files() {
        auto facts = findings::read_static_facts(request_.file, world_, libraries_);
        if (!facts && (request_.against.empty() || !std::filesystem::exists(request_.file)))
            return std::move(facts).error();
        if (!facts) {
            // A reload would find that out when the old driver is gone.
            auto found = findings::finding_of(Rule::reload_leaves_no_driver, subject_.name, facts.error().message);
            found.severity = Severity::error;
            add(found);
            unusable_ = true;
            openable_ = false;
            out_.not_looked_at.push_back(fmt::format("anything else: {}", facts.error().message));
            return {};
        }
        facts->driver = subject_.name;
        variables_ = findings::variables_besides(facts->elf, 1);
        statics_ = findings::find_static(*facts);
        openable_ = may_be_opened(statics_);
        out_.looked_at.emplace_back("what the file says of itself, without running it");
        for (const findings::Finding& found : statics_) add(found);
        if (request_.against.empty()) {
            out_.not_looked_at.emplace_back("the differences to an older version: --against names one");
            return {};
        }
        auto older = findings::read_static_facts(request_.against, world_, libraries_);
        if (!older) return std::move(older).error();
        older->driver = subject_.name;
        std::vector<findings::StaticFacts> both;
        both.push_back(*std::move(older));
        both.push_back(*std::move(facts));
        for (const findings::Finding& found : findings::find_shared_state(both)) add(found);
        out_.looked_at.emplace_back("what it shares with the older one");
        return {};
    }

    void run_made() {
        if (run_these({first_scenario(subject_)}) && callbacks_seen()) {
            std::vector<MadeScenario> all = scenarios_for(subject_, request_.strictness);
            if (!request_.against.empty())
                for (MadeScenario& made : comparison(subject_)) all.push_back(std::move(made));
            used_ = run_these(all);
            if (request_.strictness >= 3 && used_) run_many_ports();
            const CheckRun *older = run_of("replies-old"), *newer = run_of("replies-new");
            if (older != nullptr && newer != nullptr) compare(*older, *newer);
        } else {
            // What a reload would come to, as far as that can be seen.
            if (!request_.against.empty()) {
                std::vector<MadeScenario> all = scenarios_for(subject_, 1);
                run_these({all.back()});
            }
            out_.not_looked_at.emplace_back("its use: it could not be loaded");
        }
        run_workloads();
        out_.not_looked_at.emplace_back(
            "what only its authors know how to ask for: --workload names a story of your own");
        if (!request_.workloads.empty()) out_.not_looked_at.pop_back();
        out_.not_looked_at.emplace_back("code that runs only with real devices, networks or other programs");
        if (request_.strictness < 10)
            out_.not_looked_at.push_back(fmt::format("longer runs: strictness was {} of 10", request_.strictness));
    }

    scenario::RunOptions run_options() const {
        scenario::RunOptions options;
        options.time_limit = request_.time_limit;
        options.probe = true;
        options.parallel = request_.parallel;
        return options;
    }

    struct Ran {
        const MadeScenario* made;
        CheckRun run;
    };

    // Those that can be read.
    std::vector<Ran> run_all(const std::vector<MadeScenario>& all) {
        std::vector<scenario::Scenario> scenarios;
        std::vector<const MadeScenario*> readable;
        scenario::ReadOptions read = request_.read;
        read.examine_driver = {};
        for (const MadeScenario& made : all) {
            auto parsed = scenario::read_scenario(made.text, made.id, read);
            if (!parsed.scenario) {
                out_.not_looked_at.push_back(fmt::format("{}: {}", made.title, parsed.mistakes.front().message));
                continue;
            }
            readable.push_back(&made);
            scenarios.push_back(*std::move(parsed.scenario));
        }
        scenario::RunOptions options = run_options();
        options.lenient = true;
        auto done = scenario::run_all(std::move(scenarios), options, [](const scenario::RunResult&) {});
        out_.interrupted = out_.interrupted || done.interrupted;
        for (const Rule rule : timed_rules) confirm(rule, done.results, options);
        std::vector<Ran> out;
        for (std::size_t i = 0; i < readable.size(); ++i)
            out.push_back({readable[i], {readable[i]->id, readable[i]->title, std::move(done.results[i])}});
        return out;
    }

    // False when one of them could not be run, which is a bug of ours or Ctrl-C.
    bool run_these(const std::vector<MadeScenario>& all) {
        std::vector<Ran> ran = run_all(all);
        for (Ran& one : ran) take(std::move(one.run), one.made->by_newer, one.made->makes);
        return !out_.interrupted && ran.size() == all.size();
    }

    void run_many_ports() {
        const std::vector<MadeScenario> made{many_ports(subject_)};
        const bool slow = std::any_of(out_.findings.begin(), out_.findings.end(), [](const CheckFinding& f) {
            return f.confirmed &&
                   std::find(std::begin(timed_rules), std::end(timed_rules), f.rule) != std::end(timed_rules);
        });
        if (!slow)
            for (Ran& one : run_all(made))
                if (one.run.result.verdict != scenario::Verdict::hung)
                    return take(std::move(one.run), true, one.made->makes);
        out_.not_looked_at.push_back(
            fmt::format("{}: {}", made.front().title,
                        slow ? "the driver's callbacks take too long for that"
                             : "they did not come to their end in time (--timeout gives them more)"));
    }

    // A machine that is busy makes everything slow. What is slow by itself is slow every time.
    void confirm(Rule rule, std::vector<scenario::RunResult>& results, const scenario::RunOptions& options) {
        const auto shows = [&](const scenario::RunResult& result) {
            return std::any_of(result.findings.begin(), result.findings.end(),
                               [&](const scenario::RunFinding& f) { return f.rule == rule; });
        };
        const auto first = std::find_if(results.begin(), results.end(), shows);
        if (first == results.end()) return;
        for (int i = 0; i < 2 && !out_.interrupted; ++i) {
            std::vector<scenario::Scenario> one{*first->scenario};
            const auto done = scenario::run_all(std::move(one), options, [](const scenario::RunResult&) {});
            out_.interrupted = out_.interrupted || done.interrupted;
            if (done.results.empty() || shows(done.results.front())) continue;
            for (scenario::RunResult& result : results)
                std::erase_if(result.findings, [&](const scenario::RunFinding& f) { return f.rule == rule; });
            return;
        }
    }

    void run_workloads() {
        for (const scenario::Scenario& workload : request_.workloads) {
            scenario::Scenario scenario = workload;
            scenario.expected_findings.clear(); // here it is the findings that are asked for
            std::size_t versions = 0;
            for (scenario::DriverDecl& driver : scenario.drivers) {
                if (driver.name != subject_.name) continue;
                versions = driver.versions.size();
                for (std::size_t i = 0; i < versions; ++i)
                    driver.versions[i].file = i + 1 == versions ? subject_.newer : subject_.older;
            }
            const std::string title = workload.title.empty() ? workload.file : workload.title;
            take({"workload", title, run_one(scenario)}, true, {});
            // A scenario with one version can be run with both.
            if (request_.against.empty() || versions != 1) continue;
            for (scenario::DriverDecl& driver : scenario.drivers)
                if (driver.name == subject_.name) driver.versions.front().file = subject_.older;
            const std::size_t newer = out_.runs.size() - 1;
            take({"workload-old", fmt::format("{}, with the older one", title), run_one(scenario)}, false, {});
            compare(out_.runs.back(), out_.runs[newer]);
        }
    }

    scenario::RunResult run_one(const scenario::Scenario& one) {
        auto done = scenario::run_all({one}, run_options(), [](const scenario::RunResult&) {});
        out_.interrupted = out_.interrupted || done.interrupted;
        for (const Rule rule : timed_rules) confirm(rule, done.results, run_options());
        return std::move(done.results.front());
    }

    void take(CheckRun run, bool by_newer, const std::vector<Rule>& makes) {
        using scenario::Verdict;
        const scenario::RunResult& result = run.result;
        if (result.verdict == Verdict::skipped || result.verdict == Verdict::bug || result.verdict == Verdict::unusable)
            out_.not_looked_at.push_back(fmt::format("{}: {}", run.title,
                                                     result.verdict == Verdict::skipped ? "interrupted"
                                                     : result.failures.empty()          ? "it could not be played"
                                                                                        : result.failures.front().got));
        else
            out_.looked_at.push_back(run.title);
        if (by_newer)
            for (const scenario::RunFinding& found : result.findings)
                if (std::find(makes.begin(), makes.end(), found.rule) == makes.end()) add(found, run.title);
        if (run.id == "workload" && result.verdict == Verdict::failed && !result.failures.empty())
            conditions_.push_back(
                fmt::format("the workload \"{}\" does not hold: {}", run.title, result.failures.front().what));
        out_.runs.push_back(std::move(run));
    }

    void check_flags(std::uint32_t flags) {
        // An entry that is filled in at run time does not show its flags to who only reads the file.
        if ((flags & ERL_DRV_FLAG_USE_PORT_LOCKING) == 0 || variables_ == 0) return;
        auto found = findings::finding_of(
            Rule::shared_code_without_driver_lock, subject_.name,
            fmt::format("the entry has ERL_DRV_FLAG_USE_PORT_LOCKING, and there are {} bytes of variables",
                        variables_));
        found.severity = Severity::note;
        add(found);
    }

    // The entry of the newer file, as the first run saw it.
    bool callbacks_seen() {
        for (const journal::Entry& entry : *out_.runs.front().result.journal)
            if (const auto* seen = std::get_if<journal::EntrySeen>(&entry.event)) {
                subject_.callbacks = seen->callbacks;
                check_flags(seen->flags);
                return !out_.runs.front().result.death;
            }
        return false;
    }

    void compare(const CheckRun& older, const CheckRun& newer) {
        if (const auto finding = compare_replies(subject_.name, older, newer)) add(*finding, newer.title);
    }

    const CheckRun* run_of(std::string_view id) const {
        const auto it =
            std::find_if(out_.runs.begin(), out_.runs.end(), [&](const CheckRun& run) { return run.id == id; });
        return it == out_.runs.end() ? nullptr : &*it;
    }

    CheckFinding& entry_for(Rule rule) {
        for (CheckFinding& known : out_.findings)
            if (known.rule == rule) return known;
        CheckFinding& fresh = out_.findings.emplace_back();
        fresh.rule = rule;
        return fresh;
    }

    void add(const findings::Finding& found) {
        CheckFinding& entry = entry_for(found.rule);
        entry.also_static = true;
        entry.title = found.title;
        entry.evidence = found.evidence;
        entry.severity = std::max(entry.severity, found.severity);
    }

    // What was seen says more than what the file says.
    void add(const scenario::RunFinding& found, const std::string& run) {
        CheckFinding& entry = entry_for(found.rule);
        if (!entry.confirmed || found.severity > entry.severity) {
            entry.title = found.title;
            entry.evidence = found.evidence;
            entry.stack = found.stack;
            entry.severity = std::max(entry.severity, found.severity);
        }
        entry.confirmed = true;
        if (std::find(entry.runs.begin(), entry.runs.end(), run) == entry.runs.end()) entry.runs.push_back(run);
    }

    const Request& request_;
    const findings::StaticWorld& world_;
    image::LibraryFiles libraries_;
    Subject subject_;
    std::optional<Twin> twin_;
    std::vector<findings::Finding> statics_;
    bool openable_ = true;
    std::uint64_t variables_ = 0; ///< bytes, in the newer file, besides the entry
    bool used_ = false;           ///< all scenarios could be run
    bool unusable_ = false;       ///< the loader will refuse it
    std::vector<std::string> conditions_;
    CheckResult out_;
};

} // namespace

Result<CheckResult> check_driver(const Request& request, const findings::StaticWorld& world) {
    return Checker(request, world).run();
}

} // namespace ddll::check
