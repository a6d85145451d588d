#include "check/check.h"

#include "base/prose.h"
#include "base/sanitized.h"
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
        else {
            subject_.older = subject_.newer;
            holds(Ground::refused_here, made.error().message);
        }
        subject_.cycles = request_.strictness <= 5 ? 6 : 6 * (request_.strictness - 4);
        subject_.open = request_.open.empty() ? subject_.name : request_.open;
        subject_.calls = request_.calls;
        out_.coverage.own_calls = !request_.calls.empty() || !request_.workloads.empty();
        subject_.invents = !out_.coverage.own_calls;
        out_.name = subject_.name;
        if (auto read = read_files(); !read) return std::move(read).error();
        if (openable_ && reasons_.empty())
            run_made();
        else if (reasons_.empty())
            holds(Ground::not_opened, "nothing was run: opening this library would end the process");
        Crashes crashes = crashes_of(out_);
        std::move(crashes.findings.begin(), crashes.findings.end(), std::back_inserter(out_.findings));
        for (CheckFinding& finding : out_.findings)
            if (finding.invented) finding.invented = !any_data_provokes(finding);
        for (Reason& limit : crashes.limits) reasons_.push_back(std::move(limit));
        conclude(out_, {&statics_, used_, std::move(reasons_)});
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
            openable_ = false;
            holds(Ground::refused_by_node, fmt::format("the new file cannot be loaded: {}", facts.error().message));
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
            // Without these there is no verdict; the others may be left out.
            std::vector<MadeScenario> all = scenarios_for(subject_, 1);
            const std::size_t needed = all.size();
            used_ = run_these(all);
            until_ = begun_ + request_.time.value_or(usual_time());
            all = scenarios_for(subject_, request_.strictness);
            all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(needed));
            if (!request_.against.empty())
                for (MadeScenario& made : comparison(subject_)) all.push_back(std::move(made));
            used_ = run_these(all) && used_;
            if (request_.strictness >= 3 && used_) run_many_ports();
            const CheckRun *older = run_of("replies-old"), *newer = run_of("replies-new");
            if (older != nullptr && newer != nullptr) compare(*older, *newer);
            out_.coverage.cycles = request_.strictness >= 3 ? subject_.cycles : 1;
        } else {
            // What a reload would come to, as far as that can be seen.
            if (!request_.against.empty()) {
                std::vector<MadeScenario> all = scenarios_for(subject_, 1);
                run_these({all.back()});
            }
            out_.not_looked_at.emplace_back("its use: it could not be loaded");
        }
        until_.reset();
        run_workloads();
        // A driver that could not be loaded has a better reason.
        const bool asked = (out_.coverage.reached & words::bit(words::Callback::start)) != 0 || !request_.open.empty();
        if (used_ && out_.coverage.ports == 0 && asked)
            holds(Ground::no_port,
                  fmt::format("no port could be opened with \"{}\": {}; --open \"{} ARGS\" says what start needs",
                              subject_.open,
                              out_.coverage.refused.empty() ? "start was not called"
                                                            : "start returned " + out_.coverage.refused,
                              subject_.name));
        std::vector<std::string> calls = calls_of(subject_);
        if (out_.coverage.ports > 0)
            out_.coverage.calls.insert(out_.coverage.calls.begin(), calls.begin(), calls.end());
        if (subject_.invents)
            out_.not_looked_at.push_back(fmt::format(
                "its own commands{}: --control, --call and --command name them, --workload a scenario with them",
                calls.empty() ? "" : fmt::format(": {} had invented data only", data_callbacks())));
        out_.not_looked_at.emplace_back("code that runs only with real devices, networks or other programs");
        if (request_.strictness < 10)
            out_.not_looked_at.push_back(fmt::format("longer runs: strictness was {} of 10", request_.strictness));
    }

    // The same run with data of the other shapes: what all of them provoke does not depend on the data.
    bool any_data_provokes(const CheckFinding& finding) {
        Subject other = subject_;
        for (other.shape = 1; other.shape < shapes; ++other.shape) {
            std::vector<MadeScenario> all = scenarios_for(other, request_.strictness);
            all.push_back(many_ports(other));
            const auto same = std::find_if(
                all.begin(), all.end(), [&](const MadeScenario& made) { return made.title == finding.runs.front(); });
            if (same == all.end()) return false;
            const std::vector<MadeScenario> again{*same};
            CheckResult seen;
            for (Ran& one : run_all(again)) seen.runs.push_back(std::move(one.run));
            seen.findings = crashes_of(seen).findings;
            const bool provoked =
                std::any_of(seen.findings.begin(), seen.findings.end(),
                            [&](const CheckFinding& f) { return f.rule == finding.rule; }) ||
                std::any_of(seen.runs.begin(), seen.runs.end(), [&](const CheckRun& run) {
                    return std::any_of(run.result.findings.begin(), run.result.findings.end(),
                                       [&](const scenario::RunFinding& f) { return f.rule == finding.rule; });
                });
            if (!provoked) return false;
        }
        return true;
    }

    // "output, control": those of the entry that are given data.
    std::string data_callbacks() const {
        std::string out;
        using enum words::Callback;
        for (const words::Callback callback : {output, outputv, control, call})
            if ((subject_.callbacks & words::bit(callback)) != 0)
                out += (out.empty() ? "" : ", ") + std::string(words::name(callback));
        return out;
    }

    scenario::RunOptions run_options() const {
        scenario::RunOptions options;
        options.time_limit = request_.time_limit;
        options.probe = true;
        options.parallel = request_.parallel;
        options.patient = true;
        options.until = until_;
        return options;
    }

    std::chrono::milliseconds usual_time() const {
        // Which runs are left out is to be the driver's doing, and not a sanitizer's.
        constexpr std::chrono::seconds usual(sanitized ? 100 : 10);
        return usual * (request_.strictness <= 5 ? 1 : request_.strictness - 4);
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
            out.push_back(
                {readable[i], {readable[i]->id, readable[i]->title, std::move(done.results[i]), readable[i]->invents}});
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
        scenario::RunOptions again = options;
        again.until.reset();
        for (int i = 0; i < 2 && !out_.interrupted; ++i) {
            std::vector<scenario::Scenario> one{*first->scenario};
            const auto done = scenario::run_all(std::move(one), again, [](const scenario::RunResult&) {});
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
                                                     result.left_out ? "left out when its time was over (--for)"
                                                     : result.verdict == Verdict::skipped ? "interrupted"
                                                     : result.failures.empty()            ? "it could not be played"
                                                                               : result.failures.front().got));
        else
            out_.looked_at.push_back(run.title);
        if (result.left_out) return;
        if (by_newer) {
            for (const scenario::RunFinding& found : result.findings)
                if (std::find(makes.begin(), makes.end(), found.rule) == makes.end()) add(found, run);
            cover(out_.coverage, run);
            note_refusals(run);
        }
        if (run.id == "workload")
            for (CheckFinding& failed : failures_of(out_, run)) out_.findings.push_back(std::move(failed));
        out_.runs.push_back(std::move(run));
    }

    void holds(Ground ground, std::string why) {
        const bool known = std::any_of(reasons_.begin(), reasons_.end(),
                                       [&](const Reason& r) { return r.ground == ground && r.text == why; });
        if (!known) reasons_.push_back({ground, std::move(why)});
    }

    // What the loader refused, and files that could not be put where it would look for them.
    void note_refusals(const CheckRun& run) {
        const scenario::RunResult& result = run.result;
        for (const Error& mistake : result.mistakes) holds(Ground::refused_here, mistake.message);
        for (const scenario::Failure& failure : result.failures)
            if (run.id != "workload" && failure.step < result.flat.size() &&
                std::holds_alternative<scenario::InstallStep>(result.flat[failure.step].step->what))
                holds(Ground::refused_here, failure.got);
        if (!result.journal) return;
        for (const journal::Entry& entry : *result.journal) {
            const auto* failed = std::get_if<journal::ImageFailed>(&entry.event);
            if (failed == nullptr || failed->kind != words::LoadErrorKind::open_error) continue;
            if (failed->refusal == words::LoaderRefusal::this_machine)
                holds(Ground::refused_here, fmt::format("the loader of this machine says: {}", failed->text));
            else if (failed->refusal == words::LoaderRefusal::other)
                holds(Ground::refused_by_node, fmt::format("the loader refuses it: {}", failed->text));
        }
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
                subject_.callbacks = out_.coverage.entry = seen->callbacks;
                check_flags(seen->flags);
                return !out_.runs.front().result.death;
            }
        return false;
    }

    void compare(const CheckRun& older, const CheckRun& newer) {
        if (const auto finding = compare_replies(subject_.name, older, newer)) add(*finding, newer);
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
        entry.fix = found.fix;
        entry.severity = std::max(entry.severity, found.severity);
    }

    // What was seen says more than what the file says.
    void add(const scenario::RunFinding& found, const CheckRun& run) {
        CheckFinding& entry = entry_for(found.rule);
        const bool invented = found.severity == Severity::error && run.invents && is_asked(run.result, found.step);
        entry.invented = invented && (entry.invented || (!entry.confirmed && !entry.also_static));
        if (!entry.confirmed || found.severity > entry.severity) {
            entry.title = found.title;
            entry.evidence = found.evidence;
            entry.stack = found.stack;
            if (!found.fix.empty()) entry.fix = found.fix;
            entry.severity = std::max(entry.severity, found.severity);
        }
        entry.confirmed = true;
        if (std::find(entry.runs.begin(), entry.runs.end(), run.title) == entry.runs.end())
            entry.runs.push_back(run.title);
    }

    // Steps that ask something of a port are where what was invented comes in.
    static bool is_asked(const scenario::RunResult& result, std::uint32_t step) {
        if (step >= result.flat.size()) return false;
        const auto* call = std::get_if<scenario::CallStep>(&result.flat[step].step->what);
        return call != nullptr && std::any_of(call->calls.begin(), call->calls.end(), [](const scenario::Text& text) {
                   return text.source.starts_with("port_control(") || text.source.starts_with("port_command(") ||
                          text.source.starts_with("erlang:port_call(");
               });
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
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::optional<std::chrono::steady_clock::time_point> until_; ///< of what may be left out
    std::vector<Reason> reasons_;                                ///< beside those that findings and runs give
    CheckResult out_;
};

} // namespace

Result<CheckResult> check_driver(const Request& request, const findings::StaticWorld& world) {
    return Checker(request, world).run();
}

} // namespace ddll::check
