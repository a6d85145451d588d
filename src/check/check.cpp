#include "check/check.h"

#include "base/prose.h"
#include "base/sanitized.h"
#include "check/atoms.h"
#include "check/entry_findings.h"
#include "check/gathered.h"
#include "check/made_scenarios.h"
#include "check/player.h"
#include "check/unwritten.h"
#include "check/verdict.h"
#include "isolate/interruption.h"
#include "journal/entry.h"
#include "lifecycle/format_error.h"
#include "words/findings.h"

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

class Checker {
public:
    Checker(const Request& request, const findings::StaticWorld& world)
        : request_(request), world_(world), player_(request) {
        out_.file = request.file;
        out_.against = request.against;
        out_.release = request.release;
        out_.suppressions = request.suppressions;
        for (Suppression& s : out_.suppressions) s.expired = s.expires < request.today;
    }

    Result<CheckResult> run() {
        begin();
        if (auto read = read_files(); !read) return std::move(read).error();
        const bool stopped = std::any_of(reasons_.begin(), reasons_.end(),
                                         [](const Reason& r) { return r.ground != Ground::older_in_the_way; });
        if (openable_ && !stopped)
            run_made();
        else if (!stopped)
            holds(Ground::not_opened, "nothing was run: opening this library would end the process");
        Crashes crashes = crashes_of(out_);
        for (CheckFinding& finding : crashes.findings) {
            const Side of = finding.of;
            gathered(of).add(std::move(finding));
        }
        for (Reason& limit : crashes.limits) reasons_.push_back(std::move(limit));
        gather();
        for (CheckFinding& finding : out_.findings)
            if (finding.invented && finding.of != Side::older) finding.invented = !any_data_provokes(finding);
        out_.interrupted = player_.interrupted() || isolate::Interruption::requested();
        conclude(out_, {&statics_, used_, std::move(reasons_)});
        return std::move(out_);
    }

private:
    bool compares() const { return !request_.against.empty(); }
    Gathered& gathered(Side side) { return gathered_[static_cast<std::size_t>(side)]; }
    /// The newer file by itself.
    const Subject& own() const { return compares() ? alone_.front() : subject_; }

    void begin() {
        namespace fs = std::filesystem;
        subject_.newer = fs::absolute(request_.file).lexically_normal();
        subject_.name = request_.name.empty() ? fs::path(request_.file).stem().string() : request_.name;
        subject_.cycles = request_.strictness <= 5 ? 6 : 6 * (request_.strictness - 4);
        subject_.open = request_.open.empty() ? subject_.name : request_.open;
        subject_.calls = request_.calls;
        out_.coverage.own_calls = !request_.calls.empty() || !request_.workloads.empty();
        subject_.invents = !out_.coverage.own_calls;
        out_.name = subject_.name;
        if (!compares()) {
            subject_.older = twin_of(subject_.newer);
            return;
        }
        subject_.older = fs::absolute(request_.against).lexically_normal();
        subject_.compared = true;
        for (const Side side : {Side::newer, Side::older}) {
            Subject& alone = alone_.emplace_back(subject_);
            alone.of = side;
            if (side == Side::older) alone.newer = subject_.older;
            alone.older = twin_of(alone.newer);
        }
        subject_.of = Side::replacement;
    }

    std::string twin_of(const std::string& file) {
        auto made = make_twin(file, subject_.name);
        if (made) return twins_.emplace_back(*std::move(made)).path;
        holds(Ground::refused_here, made.error().message);
        return file;
    }

    Result<void> read_files() {
        auto facts = findings::read_static_facts(request_.file, world_, libraries_);
        if (!facts && (!compares() || !std::filesystem::exists(request_.file))) return std::move(facts).error();
        if (!facts) {
            // A reload would find that out when the old driver is gone.
            auto found = findings::finding_of(Rule::reload_leaves_no_driver, subject_.name, facts.error().message);
            found.severity = Severity::error;
            gathered(Side::newer).add(found);
            openable_ = false;
            holds(Ground::refused_by_node, fmt::format("the new file cannot be loaded: {}", facts.error().message));
            return {};
        }
        facts->driver = subject_.name;
        variables_ = findings::variables_besides(facts->elf, 1);
        statics_ = findings::find_static(*facts);
        openable_ = may_be_opened(statics_);
        if (facts->is_nif_library()) holds(Ground::refused_by_node, "the file is a NIF library: " + refusal_of_nif());
        out_.looked_at.emplace_back("what the file says of itself, without running it");
        for (const findings::Finding& found : statics_) gathered(Side::newer).add(found);
        if (compares()) return read_older(*std::move(facts));
        out_.not_looked_at.emplace_back("the differences to an older version: --against names one");
        return {};
    }

    // What erl_ddll says to one.
    static std::string refusal_of_nif() {
        return fmt::format("erl_ddll answers {{error, no_driver_init}}, \"{}\"",
                           lifecycle::format_error("no_driver_init").value_or(""));
    }

    Result<void> read_older(findings::StaticFacts newer) {
        auto older = findings::read_static_facts(request_.against, world_, libraries_);
        if (!older) return std::move(older).error();
        older->driver = subject_.name;
        const std::vector<findings::Finding> found = findings::find_static(*older);
        for (const findings::Finding& one : found) gathered(Side::older).add(one);
        if (older->is_nif_library())
            is_in_the_way("the older file is a NIF library: " + refusal_of_nif());
        else if (!may_be_opened(found))
            is_in_the_way("the older file cannot be opened here without ending the process");
        std::vector<findings::StaticFacts> both;
        both.push_back(*std::move(older));
        both.push_back(std::move(newer));
        for (const findings::Finding& shared : findings::find_shared_state(both))
            gathered(Side::replacement).add(shared);
        out_.looked_at.emplace_back("what it shares with the older one");
        return {};
    }

    // Nothing can be said of the replacement: whose fault that is, is said.
    void is_in_the_way(const std::string& why) {
        if (older_usable_) holds(Ground::older_in_the_way, why + "; the replacement was not checked");
        older_usable_ = false;
    }

    /// Those whose scenarios are run.
    std::vector<const Subject*> subjects() const {
        if (!compares()) return {&subject_};
        if (!older_usable_) return {&alone_[0]};
        return {&alone_[0], &alone_[1], &subject_};
    }

    // Side by side, so that what is left out for want of time is left out for both. Those of strictness 1, or the
    // others.
    std::vector<MadeScenario> made(unsigned strictness, bool needed_ones) const {
        std::vector<std::vector<MadeScenario>> sides;
        std::size_t longest = 0;
        for (const Subject* subject : subjects()) {
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
        std::vector<MadeScenario> first{first_scenario(own())};
        if (compares() && older_usable_) first.push_back(first_scenario(alone_[1]));
        const bool ran = run_these(first);
        if (compares() && older_usable_ && ran) look_at_older();
        if (ran && callbacks_seen()) {
            // Without these there is no verdict; the others may be left out.
            used_ = run_these(made(1, true));
            player_.set_end(begun_ + request_.time.value_or(usual_time()));
            std::vector<MadeScenario> all = made(request_.strictness, false);
            if (compares() && older_usable_)
                for (MadeScenario& one : comparison(subject_)) all.push_back(std::move(one));
            used_ = run_these(all) && used_;
            if (request_.strictness >= 3 && used_) run_many_ports();
            if (used_) {
                const MadeScenario use = usual_use(own());
                if (takes_long(own().of))
                    out_.not_looked_at.emplace_back(
                        "whether it wrote all bytes that it sends: the driver's callbacks take too long for that");
                else
                    take(look_for_unwritten_in_use(use), use.title, use.invents);
                if ((own().callbacks & words::bit(words::Callback::call)) != 0 || !subject_.calls.empty())
                    take(look_for_atoms([&](words::AtomTag atoms) {
                             return play_again(use, {{}, atoms});
                         }),
                         use.title, use.invents);
            }
            if (older_dies()) run_these({unused_replacement(subject_)});
            const CheckRun *older = run_of("replies-old"), *newer = run_of("replies-new");
            if (older != nullptr && newer != nullptr) compare(*older, *newer);
            out_.coverage.cycles = request_.strictness >= 3 ? subject_.cycles : 1;
        } else if (ran) {
            // What a reload would come to, as far as that can be seen.
            if (compares() && older_usable_) run_these({scenarios_for(subject_, 1).back()});
            out_.not_looked_at.emplace_back("its use: it could not be loaded");
        }
        player_.set_end({});
        run_workloads();
        say_what_was_opened();
    }

    void say_what_was_opened() {
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

    // Whether a node could have it: what it has in its entry, or what it was refused for.
    void look_at_older() {
        const CheckRun& run = *run_of("older-load-unload");
        if (!run.result.journal) return;
        std::string why = run.result.failures.empty() ? std::string() : run.result.failures.front().got;
        bool seen = false;
        for (const journal::Entry& entry : *run.result.journal) {
            if (const auto* has = std::get_if<journal::EntrySeen>(&entry.event)) {
                alone_[1].callbacks = has->callbacks;
                seen = true;
            } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry.event)) {
                why = failed->text.empty() ? words::name(failed->kind) : std::string(failed->text);
                seen = false;
            }
        }
        const auto& death = run.result.death;
        if (death) why = death->headline;
        if (!seen || (death && death->in.callback == words::Callback::init))
            is_in_the_way(fmt::format("the older file cannot be loaded{}{}", why.empty() ? "" : ": ", why));
    }

    // It crashed or hung, maybe before the newer file was there.
    bool older_dies() const {
        return compares() && older_usable_ && std::any_of(out_.runs.begin(), out_.runs.end(), [](const CheckRun& run) {
                   return run.of == Side::replacement && run.result.death && run.result.death->in.version != "new";
               });
    }

    // In some run the newer file was loaded in place of the older one, and that came to its end.
    bool was_replaced() const {
        return std::any_of(out_.runs.begin(), out_.runs.end(), [](const CheckRun& run) {
            return run.of == Side::replacement && !run.result.death &&
                   (run.result.verdict == scenario::Verdict::passed || run.result.verdict == scenario::Verdict::failed);
        });
    }

    void gather() {
        if (!compares()) {
            out_.findings = gathered(Side::newer).take();
            return;
        }
        Sides sides;
        sides.newer = gathered(Side::newer).take();
        sides.older = gathered(Side::older).take();
        sides.both = gathered(Side::replacement).take();
        for (auto* side : {&sides.newer, &sides.older}) weigh(*side, used_);
        sides.replaced = was_replaced();
        sides.unseen = unseen_;
        const bool replaced = sides.replaced;
        compare_sides(out_, std::move(sides));
        const bool told = std::any_of(out_.findings.begin(), out_.findings.end(),
                                      [](const CheckFinding& f) { return f.in_replacement; });
        if (used_ && !replaced && !told && older_dies())
            is_in_the_way("the older file ended every run before it was replaced");
    }

    // The same run with data of the other shapes: what all of them provoke does not depend on the data.
    bool any_data_provokes(const CheckFinding& finding) {
        if (finding.rule == Rule::uninitialised_bytes_sent) return any_data_shows_unwritten();
        if (finding.rule == Rule::atoms_parsed_by_hand) return false; // only one shape has an atom
        std::vector<MadeScenario> again;                              // side by side: what hangs takes all its time
        for (unsigned shape = 1; shape < shapes; ++shape) {
            std::vector<MadeScenario> all;
            for (const Subject* subject : subjects()) {
                Subject other = *subject;
                other.shape = shape;
                for (MadeScenario& one : scenarios_for(other, request_.strictness)) all.push_back(std::move(one));
                all.push_back(many_ports(other));
            }
            const auto same = std::find_if(
                all.begin(), all.end(), [&](const MadeScenario& made) { return made.title == finding.runs.front(); });
            if (same == all.end()) return false;
            again.push_back(std::move(*same));
        }
        std::vector<Ran> ran = play(again);
        return ran.size() == again.size() &&
               std::all_of(ran.begin(), ran.end(), [&](Ran& one) { return shows(std::move(one.run), finding.rule); });
    }

    static bool shows(CheckRun run, Rule rule) {
        CheckResult seen;
        seen.runs.push_back(std::move(run));
        const std::vector<CheckFinding> crashes = crashes_of(seen).findings;
        const auto& found = seen.runs.front().result.findings;
        return std::any_of(crashes.begin(), crashes.end(), [&](const CheckFinding& f) { return f.rule == rule; }) ||
               std::any_of(found.begin(), found.end(), [&](const scenario::RunFinding& f) { return f.rule == rule; });
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

    // Its use once more, in memory that is filled with this byte and with that.
    UnwrittenLook look_for_unwritten_in_use(const MadeScenario& use) {
        return look_for_unwritten([&](std::uint8_t byte) { return play_again(use, {byte, {}}); });
    }

    scenario::RunResult play_again(const MadeScenario& one, Variation other) {
        std::vector<Ran> ran = player_.play({one}, other);
        return ran.empty() ? scenario::RunResult() : std::move(ran.front().run.result);
    }

    void take(AtomsLook look, const std::string& title, bool invents) {
        if (look.found)
            gathered(Side::newer)
                .add(atoms_finding(subject_.name, *look.found),
                     {"atoms", title, std::move(look.example), invents, Side::newer});
    }

    void take(UnwrittenLook look, const std::string& title, bool invents) {
        if (!look.not_done.empty())
            out_.not_looked_at.push_back(
                fmt::format("whether it wrote all bytes that it sends ({}): {}", title, look.not_done));
        if (look.found)
            gathered(Side::newer)
                .add(unwritten_finding(subject_.name, *look.found),
                     {"fresh-memory", title, std::move(look.example), invents, Side::newer});
    }

    bool any_data_shows_unwritten() {
        for (unsigned shape = 1; shape < shapes; ++shape) {
            Subject other = own();
            other.shape = shape;
            if (!look_for_unwritten_in_use(usual_use(other)).found) return false;
        }
        return true;
    }

    std::chrono::milliseconds usual_time() const {
        // Which runs are left out is to be the driver's doing, and not a sanitizer's.
        constexpr std::chrono::seconds usual(sanitized ? 100 : 10);
        return usual * (request_.strictness <= 5 ? 1 : request_.strictness - 4);
    }

    std::vector<Ran> play(const std::vector<MadeScenario>& all) {
        std::vector<Ran> out = player_.play(all);
        for (std::string& one : player_.take_unreadable()) out_.not_looked_at.push_back(std::move(one));
        return out;
    }

    // False when one of them could not be run, which is a bug of ours or Ctrl-C.
    bool run_these(const std::vector<MadeScenario>& all) {
        std::vector<Ran> ran = play(all);
        for (Ran& one : ran) take(std::move(one.run), one.made->makes);
        return !player_.interrupted() && ran.size() == all.size();
    }

    // By the findings, and not by the clock: the same on every machine.
    bool takes_long(Side of) {
        const std::vector<CheckFinding>& found = gathered(of).all();
        return std::any_of(found.begin(), found.end(),
                           [](const CheckFinding& f) { return f.confirmed && is_timed(f.rule); });
    }

    void run_many_ports() {
        std::vector<MadeScenario> made;
        for (const Subject* subject : subjects())
            if (subject->of != Side::replacement) made.push_back(many_ports(*subject));
        const auto is_slow = [this](const MadeScenario& one) { return takes_long(one.of); };
        const auto leave_out = [&](const MadeScenario& one, const char* why) {
            out_.not_looked_at.push_back(fmt::format("{}: {}", one.title, why));
            unseen_ = unseen_ || one.of == Side::older;
        };
        for (const MadeScenario& one : made)
            if (is_slow(one)) leave_out(one, "the driver's callbacks take too long for that");
        std::erase_if(made, is_slow);
        for (Ran& one : play(made))
            if (one.run.result.verdict == scenario::Verdict::hung)
                leave_out(*one.made, "they did not come to their end in time (--timeout gives them more)");
            else
                take(std::move(one.run), one.made->makes);
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
            if (!scenario.release(request_.release)) {
                out_.not_looked_at.push_back(fmt::format("{}: {}", title, scenario.whose()));
                continue;
            }
            if (!older_usable_ && versions > 1) {
                out_.not_looked_at.push_back(fmt::format("{}: it needs the older file", title));
                continue;
            }
            const Side of = compares() && versions > 1 ? Side::replacement : Side::newer;
            take({"workload", title, player_.play(scenario), false, of}, {});
            if (of == Side::newer && may_be_run_again(out_.runs.back().result)) {
                take(look_for_unwritten([&](std::uint8_t byte) {
                         return player_.play(scenario, {byte, {}});
                     }),
                     title, false);
                take(look_for_atoms([&](words::AtomTag atoms) {
                         return player_.play(scenario, {{}, atoms});
                     }),
                     title, false);
            }
            // A scenario with one version can be run with both.
            if (!compares() || !older_usable_ || versions != 1) continue;
            for (scenario::DriverDecl& driver : scenario.drivers)
                if (driver.name == subject_.name) driver.versions.front().file = subject_.older;
            const std::size_t newer = out_.runs.size() - 1;
            take({"workload-old", fmt::format("the older file alone: {}", title), player_.play(scenario), false,
                  Side::older},
                 {});
            compare(out_.runs.back(), out_.runs[newer]);
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
            out_.not_looked_at.push_back(fmt::format("{}: {}", run.title,
                                                     result.skipped.left_out ? "left out when its time was over (--for)"
                                                     : result.verdict == Verdict::skipped ? "interrupted"
                                                     : result.failures.empty()            ? "it could not be played"
                                                                               : result.failures.front().got));
        else
            out_.looked_at.push_back(run.title);
        unseen_ = unseen_ || (result.skipped.left_out && run.of == Side::older);
        if (result.skipped.left_out) return;
        for (const scenario::RunFinding& found : result.findings)
            if (std::find(makes.begin(), makes.end(), found.rule) == makes.end()) gathered(run.of).add(found, run);
        if (run.of != Side::older) {
            cover(out_.coverage, run);
            note_refusals(run);
        }
        if (run.id.starts_with("workload"))
            for (CheckFinding& failed : failures_of(out_, run)) gathered(run.of).add(std::move(failed));
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

    // The entry of the newer file, as the first run saw it.
    bool callbacks_seen() {
        if (!out_.runs.front().result.journal) return false;
        for (const journal::Entry& entry : *out_.runs.front().result.journal)
            if (const auto* seen = std::get_if<journal::EntrySeen>(&entry.event)) {
                subject_.callbacks = out_.coverage.entry = seen->callbacks;
                if (compares()) alone_.front().callbacks = seen->callbacks;
                for (const findings::Finding& found :
                     findings_of_entry(*seen, subject_.name, subject_.newer, variables_))
                    gathered(Side::newer).add(found);
                return !out_.runs.front().result.death;
            }
        return false;
    }

    void compare(const CheckRun& older, const CheckRun& newer) {
        const std::vector<AnswerChange> changed = changed_answers(older, newer);
        if (changed.empty()) return;
        gathered(Side::replacement).add(protocol_finding(subject_.name, changed.front()), newer);
        out_.answers.insert(out_.answers.end(), changed.begin(), changed.end());
    }

    const CheckRun* run_of(std::string_view id) const {
        const auto it =
            std::find_if(out_.runs.begin(), out_.runs.end(), [&](const CheckRun& run) { return run.id == id; });
        return it == out_.runs.end() ? nullptr : &*it;
    }

    const Request& request_;
    const findings::StaticWorld& world_;
    image::LibraryFiles libraries_;
    Subject subject_;
    std::vector<Subject> alone_; ///< with an older file: each of the two by itself, the newer one first
    std::vector<Twin> twins_;
    Gathered gathered_[3]; ///< for each Side
    std::vector<findings::Finding> statics_;
    bool older_usable_ = true;
    bool unseen_ = false; ///< a run of the older file was left out
    bool openable_ = true;
    std::uint64_t variables_ = 0; ///< bytes, in the newer file, besides the entry
    bool used_ = false;           ///< all scenarios could be run
    std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    std::vector<Reason> reasons_; ///< beside those that findings and runs give
    Player player_;
    CheckResult out_;
};

} // namespace

Result<CheckResult> check_driver(const Request& request, const findings::StaticWorld& world) {
    return Checker(request, world).run();
}

} // namespace ddll::check
