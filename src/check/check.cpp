#include "check/check.h"

#include "base/sanitized.h"
#include "check/again.h"
#include "check/entry_findings.h"
#include "check/inquiry.h"
#include "check/verdict.h"
#include "isolate/interruption.h"
#include "journal/entry.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

class Checker {
public:
    Checker(const Request& request, const findings::StaticWorld& world)
        : in_(request), world_(world), player_(request), again_(in_, player_) {}

    Result<CheckResult> run() {
        if (auto read = read_files(in_, world_); !read) return std::move(read).error();
        const bool stopped = std::any_of(in_.reasons.begin(), in_.reasons.end(),
                                         [](const Reason& r) { return r.ground != Ground::older_in_the_way; });
        if (in_.openable && !stopped)
            run_made();
        else if (!stopped)
            in_.holds(Ground::not_opened, "nothing was run: opening this library would end the process");
        Crashes crashes = crashes_of(in_.out);
        for (CheckFinding& finding : crashes.findings) {
            const Side of = finding.of;
            in_.gathered(of).add(std::move(finding));
        }
        for (Reason& limit : crashes.limits) in_.reasons.push_back(std::move(limit));
        gather();
        for (CheckFinding& finding : in_.out.findings)
            if (finding.invented && finding.of != Side::older) finding.invented = !again_.any_data_provokes(finding);
        for (std::string& one : player_.take_unreadable()) in_.out.not_looked_at.push_back(std::move(one));
        in_.out.interrupted = player_.interrupted() || isolate::Interruption::requested();
        conclude(in_.out, {&in_.statics, used_, std::move(in_.reasons)});
        return std::move(in_.out);
    }

private:
    // Side by side, so that what is left out for want of time is left out for both. Those of strictness 1, or the
    // others.
    std::vector<MadeScenario> made(unsigned strictness, bool needed_ones) const {
        std::vector<std::vector<MadeScenario>> sides;
        std::size_t longest = 0;
        for (const Subject* subject : in_.subjects()) {
            const auto needed = static_cast<std::ptrdiff_t>(scenarios_for(*subject, 1).size());
            std::vector<MadeScenario> all = scenarios_for(*subject, needed_ones ? 1 : strictness);
            if (!needed_ones) all.erase(all.begin(), all.begin() + needed);
            if (subject->of == Side::replacement)
                std::erase_if(all, [](const MadeScenario& one) { return !one.replaces; });
            longest = std::max(longest, all.size());
            sides.push_back(std::move(all));
        }
        std::vector<MadeScenario> out;
        for (std::size_t i = 0; i < longest; ++i)
            for (std::vector<MadeScenario>& side : sides)
                if (i < side.size()) out.push_back(std::move(side[i]));
        return out;
    }

    void run_made() {
        std::vector<MadeScenario> first{first_scenario(in_.own())};
        if (in_.compares() && in_.older_usable) first.push_back(first_scenario(in_.alone[1]));
        const bool ran = run_these(first);
        if (in_.compares() && in_.older_usable && ran) look_at_older();
        if (ran && callbacks_seen()) {
            // Without these there is no verdict; the others may be left out.
            used_ = run_these(made(1, true));
            player_.set_end(begun_ + in_.request.time.value_or(usual_time()));
            std::vector<MadeScenario> all = made(in_.request.strictness, false);
            if (in_.compares() && in_.older_usable)
                for (MadeScenario& one : comparison(in_.subject)) all.push_back(std::move(one));
            used_ = run_these(all) && used_;
            if (in_.request.strictness >= 3 && used_) run_many_ports();
            if (used_) again_.look_closer(usual_use(in_.own()));
            if (older_dies()) run_these({unused_replacement(in_.subject)});
            const CheckRun *older = run_of("replies-old"), *newer = run_of("replies-new");
            if (older != nullptr && newer != nullptr) compare(*older, *newer);
            in_.out.coverage.cycles = in_.request.strictness >= 3 ? in_.subject.cycles : 1;
        } else if (ran) {
            // What a reload would come to, as far as that can be seen.
            if (in_.compares() && in_.older_usable) run_these({scenarios_for(in_.subject, 1).back()});
            in_.out.not_looked_at.emplace_back("its use: it could not be loaded");
        }
        player_.set_end({});
        run_workloads();
        say_what_was_opened();
    }

    void say_what_was_opened() {
        // A driver that could not be loaded has a better reason.
        const bool asked =
            (in_.out.coverage.reached & words::bit(words::Callback::start)) != 0 || !in_.request.open.empty();
        if (used_ && in_.out.coverage.ports == 0 && asked)
            in_.holds(Ground::no_port,
                      fmt::format("no port could be opened with \"{}\": {}; --open \"{} ARGS\" says what start needs",
                                  in_.subject.open,
                                  in_.out.coverage.refused.empty() ? "start was not called"
                                                                   : "start returned " + in_.out.coverage.refused,
                                  in_.subject.name));
        std::vector<std::string> calls = calls_of(in_.subject);
        if (in_.out.coverage.ports > 0)
            in_.out.coverage.calls.insert(in_.out.coverage.calls.begin(), calls.begin(), calls.end());
        if (in_.subject.invents)
            in_.out.not_looked_at.push_back(fmt::format(
                "its own commands{}: --control, --call and --command name them, --workload a scenario with them",
                calls.empty() ? "" : fmt::format(": {} had invented data only", data_callbacks())));
        in_.out.not_looked_at.emplace_back("code that runs only with real devices, networks or other programs");
        if (in_.request.strictness < 10)
            in_.out.not_looked_at.push_back(
                fmt::format("longer runs: strictness was {} of 10", in_.request.strictness));
    }

    // Whether a node could have it: what it has in its entry, or what it was refused for.
    void look_at_older() {
        const CheckRun& run = *run_of("older-load-unload");
        if (!run.result.journal) return;
        std::string why = run.result.failures.empty() ? std::string() : run.result.failures.front().got;
        bool seen = false;
        for (const journal::Entry& entry : *run.result.journal) {
            if (const auto* has = std::get_if<journal::EntrySeen>(&entry.event)) {
                in_.alone[1].callbacks = has->callbacks;
                seen = true;
            } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry.event)) {
                why = failed->text.empty() ? words::name(failed->kind) : std::string(failed->text);
                seen = false;
            }
        }
        const auto& death = run.result.death;
        if (death) why = death->headline;
        if (!seen || (death && death->in.callback == words::Callback::init))
            in_.is_in_the_way(fmt::format("the older file cannot be loaded{}{}", why.empty() ? "" : ": ", why));
    }

    // It crashed or hung, maybe before the newer file was there.
    bool older_dies() const {
        return in_.compares() && in_.older_usable &&
               std::any_of(in_.out.runs.begin(), in_.out.runs.end(), [](const CheckRun& run) {
                   return run.of == Side::replacement && run.result.death && run.result.death->in.version != "new";
               });
    }

    // In some run the newer file was loaded in place of the older one, and that came to its end.
    bool was_replaced() const {
        return std::any_of(in_.out.runs.begin(), in_.out.runs.end(), [](const CheckRun& run) {
            return run.of == Side::replacement && !run.result.death &&
                   (run.result.verdict == scenario::Verdict::passed || run.result.verdict == scenario::Verdict::failed);
        });
    }

    void gather() {
        if (!in_.compares()) {
            in_.out.findings = in_.gathered(Side::newer).take();
            return;
        }
        Sides sides;
        sides.newer = in_.gathered(Side::newer).take();
        sides.older = in_.gathered(Side::older).take();
        sides.both = in_.gathered(Side::replacement).take();
        for (auto* side : {&sides.newer, &sides.older}) weigh(*side, used_);
        sides.replaced = was_replaced();
        sides.unseen = in_.unseen;
        const bool replaced = sides.replaced;
        compare_sides(in_.out, std::move(sides));
        const bool told = std::any_of(in_.out.findings.begin(), in_.out.findings.end(),
                                      [](const CheckFinding& f) { return f.in_replacement; });
        if (used_ && !replaced && !told && older_dies())
            in_.is_in_the_way("the older file ended every run before it was replaced");
    }

    // "output, control": those of the entry that are given data.
    std::string data_callbacks() const {
        std::string out;
        using enum words::Callback;
        for (const words::Callback callback : {output, outputv, control, call})
            if ((in_.subject.callbacks & words::bit(callback)) != 0)
                out += (out.empty() ? "" : ", ") + std::string(words::name(callback));
        return out;
    }

    std::chrono::milliseconds usual_time() const {
        // Which runs are left out is to be the driver's doing, and not a sanitizer's.
        constexpr std::chrono::seconds usual(sanitized ? 100 : 10);
        return usual * (in_.request.strictness <= 5 ? 1 : in_.request.strictness - 4);
    }

    // False when one of them could not be run, which is a bug of ours or Ctrl-C.
    bool run_these(const std::vector<MadeScenario>& all) {
        std::vector<Ran> ran = player_.play(all);
        for (Ran& one : ran) take(std::move(one.run), one.made->makes);
        return !player_.interrupted() && ran.size() == all.size();
    }

    void run_many_ports() {
        std::vector<MadeScenario> made;
        for (const Subject* subject : in_.subjects())
            if (subject->of != Side::replacement) made.push_back(many_ports(*subject));
        const auto is_slow = [this](const MadeScenario& one) { return in_.takes_long(one.of); };
        const auto leave_out = [&](const MadeScenario& one, const char* why) {
            in_.out.not_looked_at.push_back(fmt::format("{}: {}", one.title, why));
            in_.unseen = in_.unseen || one.of == Side::older;
        };
        for (const MadeScenario& one : made)
            if (is_slow(one)) leave_out(one, "the driver's callbacks take too long for that");
        std::erase_if(made, is_slow);
        for (Ran& one : player_.play(made))
            if (one.run.result.verdict == scenario::Verdict::hung)
                leave_out(*one.made, "they did not come to their end in time (--timeout gives them more)");
            else
                take(std::move(one.run), one.made->makes);
    }

    void run_workloads() {
        for (const scenario::Scenario& workload : in_.request.workloads) {
            scenario::Scenario scenario = workload;
            scenario.expected_findings.clear(); // here it is the findings that are asked for
            std::size_t versions = 0;
            for (scenario::DriverDecl& driver : scenario.drivers) {
                if (driver.name != in_.subject.name) continue;
                versions = driver.versions.size();
                for (std::size_t i = 0; i < versions; ++i)
                    driver.versions[i].file = i + 1 == versions ? in_.subject.newer : in_.subject.older;
            }
            const std::string title = workload.title.empty() ? workload.file : workload.title;
            if (!scenario.release(in_.request.release)) {
                in_.out.not_looked_at.push_back(fmt::format("{}: {}", title, scenario.whose()));
                continue;
            }
            if (!in_.older_usable && versions > 1) {
                in_.out.not_looked_at.push_back(fmt::format("{}: it needs the older file", title));
                continue;
            }
            const Side of = in_.compares() && versions > 1 ? Side::replacement : Side::newer;
            take({"workload", title, player_.play(scenario), false, of}, {});
            if (of == Side::newer && may_be_run_again(in_.out.runs.back().result)) again_.look_closer(scenario, title);
            // A scenario with one version can be run with both.
            if (!in_.compares() || !in_.older_usable || versions != 1) continue;
            for (scenario::DriverDecl& driver : scenario.drivers)
                if (driver.name == in_.subject.name) driver.versions.front().file = in_.subject.older;
            const std::size_t newer = in_.out.runs.size() - 1;
            take({"workload-old", fmt::format("the older file alone: {}", title), player_.play(scenario), false,
                  Side::older},
                 {});
            compare(in_.out.runs.back(), in_.out.runs[newer]);
        }
    }

    // A second time shows the same, so far as anything of it was played.
    static bool may_be_run_again(const scenario::RunResult& result) {
        return !result.death && result.journal && !result.skipped.left_out;
    }

    void take(CheckRun run, const std::vector<Rule>& makes) {
        using scenario::Verdict;
        const scenario::RunResult& result = run.result;
        if (result.verdict == Verdict::skipped || result.verdict == Verdict::bug || result.verdict == Verdict::unusable)
            in_.out.not_looked_at.push_back(fmt::format("{}: {}", run.title,
                                                        result.skipped.left_out
                                                            ? "left out when its time was over (--for)"
                                                        : result.verdict == Verdict::skipped ? "interrupted"
                                                        : result.failures.empty()            ? "it could not be played"
                                                                                  : result.failures.front().got));
        else
            in_.out.looked_at.push_back(run.title);
        in_.unseen = in_.unseen || (result.skipped.left_out && run.of == Side::older);
        if (result.skipped.left_out) return;
        for (const scenario::RunFinding& found : result.findings)
            if (std::find(makes.begin(), makes.end(), found.rule) == makes.end()) in_.gathered(run.of).add(found, run);
        if (run.of != Side::older) {
            cover(in_.out.coverage, run);
            note_refusals(run);
        }
        if (run.id.starts_with("workload"))
            for (CheckFinding& failed : failures_of(in_.out, run)) in_.gathered(run.of).add(std::move(failed));
        in_.out.runs.push_back(std::move(run));
    }

    // What the loader refused, and files that could not be put where it would look for them.
    void note_refusals(const CheckRun& run) {
        const scenario::RunResult& result = run.result;
        for (const Error& mistake : result.mistakes) in_.holds(Ground::refused_here, mistake.message);
        for (const scenario::Failure& failure : result.failures)
            if (run.id != "workload" && failure.step < result.flat.size() &&
                std::holds_alternative<scenario::InstallStep>(result.flat[failure.step].step->what))
                in_.holds(Ground::refused_here, failure.got);
        if (!result.journal) return;
        for (const journal::Entry& entry : *result.journal) {
            const auto* failed = std::get_if<journal::ImageFailed>(&entry.event);
            if (failed == nullptr || failed->kind != words::LoadErrorKind::open_error) continue;
            if (failed->refusal == words::LoaderRefusal::this_machine)
                in_.holds(Ground::refused_here, fmt::format("the loader of this machine says: {}", failed->text));
            else if (failed->refusal == words::LoaderRefusal::other)
                in_.holds(Ground::refused_by_node, fmt::format("the loader refuses it: {}", failed->text));
        }
    }

    // The entry of the newer file, as the first run saw it.
    bool callbacks_seen() {
        if (!in_.out.runs.front().result.journal) return false;
        for (const journal::Entry& entry : *in_.out.runs.front().result.journal)
            if (const auto* seen = std::get_if<journal::EntrySeen>(&entry.event)) {
                in_.subject.callbacks = in_.out.coverage.entry = seen->callbacks;
                if (in_.compares()) in_.alone.front().callbacks = seen->callbacks;
                for (const findings::Finding& found :
                     findings_of_entry(*seen, in_.subject.name, in_.subject.newer, in_.variables))
                    in_.gathered(Side::newer).add(found);
                return !in_.out.runs.front().result.death;
            }
        return false;
    }

    void compare(const CheckRun& older, const CheckRun& newer) {
        const std::vector<AnswerChange> changed = changed_answers(older, newer);
        if (changed.empty()) return;
        in_.gathered(Side::replacement).add(protocol_finding(in_.subject.name, changed.front()), newer);
        in_.out.answers.insert(in_.out.answers.end(), changed.begin(), changed.end());
    }

    const CheckRun* run_of(std::string_view id) const {
        const auto it =
            std::find_if(in_.out.runs.begin(), in_.out.runs.end(), [&](const CheckRun& run) { return run.id == id; });
        return it == in_.out.runs.end() ? nullptr : &*it;
    }

    Inquiry in_;
    const findings::StaticWorld& world_;
    Player player_;
    Again again_;
    bool used_ = false; ///< all scenarios could be run
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

} // namespace

Result<CheckResult> check_driver(const Request& request, const findings::StaticWorld& world) {
    return Checker(request, world).run();
}

} // namespace ddll::check
