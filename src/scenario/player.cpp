#include "scenario/player.h"

#include "action/action.h"
#include "scenario/expect_state.h"
#include "scenario/expectations.h"
#include "scenario/step_view.h"
#include "scenario/work_folder.h"
#include "term/external.h"

#include <fmt/format.h>

#include <filesystem>

namespace ddll::scenario {

using term::Evaluated;
using term::Term;

namespace {

std::unique_ptr<host::Chooser> chooser_for(std::uint64_t seed) {
    if (seed == 0) return std::make_unique<host::FirstInFirstOut>();
    return std::make_unique<host::Shuffled>(seed);
}

host::Options host_options(const Scenario& scenario, const PlayOptions& options) {
    host::Options made{scenario.async_takes, scenario.open_error_preset, scenario.environment};
    if (options.comparison) {
        made.open_error_preset = options.comparison->open_error_preset;
        made.first_port = options.comparison->first_port;
        made.linked_in = options.comparison->linked_in;
    }
    return made;
}

class Player {
public:
    Player(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
           const PlayOptions& options, journal::Journal& journal)
        : scenario_(scenario), steps_(steps), journal_(journal), chooser_(chooser_for(options.seed)),
          host_(host_options(scenario, options), journal, *chooser_), current_(host_),
          observer_(journal, versions, options.api_function), comparing_(options.comparison.has_value()) {}

    void run();

private:
    bool play_step(std::uint32_t index);
    void do_step(const CallStep& step);
    void do_step(const InstallStep& step);
    void do_step(const AdvanceStep& step);
    void do_step(const ExpectStep& step);
    void do_step(const NoteStep&) {}
    void do_step(const RepeatStep&) {}

    void enter_rounds(const FlatStep& step);
    void bind_new();
    void bind(const std::string& name, Term value);
    bool may_act(const std::string& name);
    void check_outcome(const CallStep& step, std::size_t which, const Evaluated& result);
    void check_unblocked(const Effects& effects, const std::string& caller);
    void check_effects(const Effects& effects, std::uint64_t returned_at, bool is_call);
    void mismatch(std::string what, std::string expected, std::string got);
    std::string shown(const Evaluated& result) const;
    const std::string& folder(const std::string& variable) const;
    Context context() { return Context{processes_, bindings_, call_, scenario_.strict}; }

    bool has_values(const Text& call) const;
    void record_state();

    const Scenario& scenario_;
    const std::vector<FlatStep>& steps_;
    journal::Journal& journal_;
    std::unique_ptr<host::Chooser> chooser_;
    host::Host host_;
    host::CurrentHost current_;
    Observer observer_;
    const bool comparing_;
    std::map<std::string, ProcessId> processes_;
    std::uint32_t index_ = 0;
    std::uint64_t mismatches_ = 0;
    // Terms may share driver binaries with the host, so they are declared after it and go first.
    term::Bindings bindings_;
    term::Bindings journaled_;
    std::vector<std::pair<const Step*, term::Bindings>> before_repeat_; ///< what was bound when each open repeat began
    ProcessId pattern_caller_;
    term::CallFunction call_ = [this](const std::string& module, const std::string& name,
                                      const std::vector<Term>& args) {
        return action::call(host_, pattern_caller_, module, name, args);
    };
};

void Player::bind(const std::string& name, Term value) {
    bindings_.insert_or_assign(name, std::move(value));
}

// Tells the journal of variables that got their values, so that reports can use their names.
void Player::bind_new() {
    if (bindings_.size() == journaled_.size()) return;
    for (const auto& [name, value] : bindings_) {
        if (journaled_.contains(name)) continue;
        journal_.write(journal::Bound{name, term::encode(value)});
        journaled_.emplace(name, value);
    }
}

// Variables bound in a round of a repeat are forgotten at its end.
void Player::enter_rounds(const FlatStep& step) {
    const FlatStep* previous = index_ > 0 ? &steps_[index_ - 1] : nullptr;
    std::size_t common = 0;
    while (previous != nullptr && common < step.repeats.size() && common < previous->repeats.size() &&
           step.repeats[common] == previous->repeats[common] && step.rounds[common] == previous->rounds[common])
        ++common;
    if (before_repeat_.size() > common) {
        bindings_ = before_repeat_[common].second;
        std::erase_if(journaled_, [&](const auto& entry) { return !bindings_.contains(entry.first); });
        before_repeat_.resize(common);
    }
    while (before_repeat_.size() < step.repeats.size())
        before_repeat_.emplace_back(step.repeats[before_repeat_.size()], bindings_);
}

void Player::mismatch(std::string what, std::string expected, std::string got) {
    if (comparing_) return;
    ++mismatches_;
    journal_.write(journal::Mismatched{index_, what, expected, got});
}

std::string Player::shown(const Evaluated& result) const {
    const Context context{processes_, const_cast<term::Bindings&>(bindings_), {}, false};
    if (result.kind == Evaluated::Kind::blocked) return "(the call blocks)";
    if (result.kind == Evaluated::Kind::value) return context.show(result.value);
    return fmt::format("exception {}: {}", result.exception_class, context.show(result.value));
}

const std::string& Player::folder(const std::string& variable) const {
    for (const PathDecl& path : scenario_.paths)
        if (path.variable == variable) return path.folder;
    return variable;
}

// A process that has ended or waits inside a call can do nothing.
bool Player::may_act(const std::string& name) {
    const host::Process& process = *host_.find(processes_.at(name));
    const Context c = context();
    if (process.state != host::Process::State::running) {
        mismatch("by " + name, "(a process that is alive)",
                 fmt::format("{} has ended: {}", name, c.show(process.exit_reason)));
        return false;
    }
    if (process.blocked()) {
        mismatch("by " + name, "(a process that is not blocked)",
                 fmt::format("{} still waits in an earlier call", name));
        return false;
    }
    return true;
}

void Player::check_outcome(const CallStep& step, std::size_t which, const Evaluated& result) {
    const std::string what = step.is_batch ? fmt::format("returns, call {}", which + 1) : "returns";
    const auto* value = std::get_if<Text>(&step.outcomes[which]);
    const auto* raises = std::get_if<Raises>(&step.outcomes[which]);
    if (raises != nullptr) {
        const bool raised = result.kind == Evaluated::Kind::raised &&
                            result.exception_class == raises->exception_class &&
                            term::match(*raises->reason.expr, result.value, bindings_, call_);
        if (!raised)
            mismatch(step.is_batch ? fmt::format("raises, call {}", which + 1) : "raises",
                     fmt::format("exception {}: {}", raises->exception_class, term::print(*raises->reason.expr)),
                     shown(result));
    } else if (value != nullptr) {
        if (result.kind != Evaluated::Kind::value || !term::match(*value->expr, result.value, bindings_, call_))
            mismatch(what, term::print(*value->expr), shown(result));
    } else if (result.kind == Evaluated::Kind::raised) {
        mismatch(what, "(any value)", shown(result));
    }
}

void Player::do_step(const CallStep& step) {
    if (!may_act(step.by)) return;
    const ProcessId by = processes_.at(step.by);
    pattern_caller_ = by;
    std::uint64_t returned_at = 0;
    for (std::size_t i = 0; i < step.calls.size() && mismatches_ == 0 && !host_.impasse(); ++i) {
        if (comparing_ && !has_values(step.calls[i])) break;
        const host::Process& self = *host_.find(by);
        const bool was_doomed = self.state != host::Process::State::running;
        Evaluated result = action::perform(host_, by, *step.calls[i].expr, step.calls[i].source, bindings_);
        returned_at = journal_.size();
        if (result.kind == Evaluated::Kind::blocked) {
            // Whoever waits gives up its time slice, and may have its answer by then.
            returned_at = 0;
            host_.run_until_idle();
            if (auto late = action::take_late_return(host_, by)) {
                result = *std::move(late);
                returned_at = journal_.size();
            }
        }
        if (host_.impasse()) break;
        const bool last = i + 1 == step.calls.size();
        const bool ended_by_itself = !was_doomed && self.state != host::Process::State::running &&
                                     result.kind == Evaluated::Kind::raised && result.exception_class == "exit" &&
                                     !std::holds_alternative<Raises>(step.outcomes[i]);
        if (ended_by_itself) continue; // exit/1 does not return
        if (result.kind == Evaluated::Kind::blocked) {
            const bool dead = !self.alive();
            const bool wants_value = !step.blocks && !std::holds_alternative<std::monostate>(step.outcomes[i]);
            if (dead && !wants_value) continue; // it will never return, as was expected; `exits` tells the reason
            if (dead)
                mismatch("returns", "(the call returns)",
                         fmt::format("{} ended inside the call: {}", step.by, context().show(self.exit_reason)));
            else if (!step.blocks || !last)
                mismatch("returns", "(the call returns)", "(the call blocks)");
            continue;
        }
        if (step.blocks && last)
            mismatch("blocks", "(the call blocks)", shown(result));
        else
            check_outcome(step, i, result);
    }
    host_.run_until_idle();
    check_unblocked(step.effects, step.by);
    check_effects(step.effects, returned_at, true);
}

void Player::check_unblocked(const Effects& effects, const std::string& caller) {
    std::map<std::string, Evaluated> returned;
    for (const ProcessDecl& process : scenario_.processes)
        if (process.name != caller)
            if (auto late = action::take_late_return(host_, processes_.at(process.name)))
                returned.emplace(process.name, *std::move(late));
    for (const NamedPattern& wanted : effects.unblocks) {
        const auto it = returned.find(wanted.process);
        const std::string what = "unblocks " + wanted.process;
        if (it == returned.end()) {
            const bool blocked = host_.find(processes_.at(wanted.process))->blocked();
            mismatch(what, term::print(*wanted.pattern.expr),
                     blocked ? "(the call goes on waiting)" : fmt::format("({} was not blocked)", wanted.process));
            continue;
        }
        if (it->second.kind != Evaluated::Kind::value ||
            !term::match(*wanted.pattern.expr, it->second.value, bindings_, call_))
            mismatch(what, term::print(*wanted.pattern.expr), shown(it->second));
        returned.erase(it);
    }
    if (!scenario_.strict) return;
    for (const auto& [name, result] : returned)
        mismatch("unblocks " + name, "(the call goes on waiting)", shown(result));
}

void Player::check_effects(const Effects& effects, std::uint64_t returned_at, bool is_call) {
    const StepView view = observer_.next(returned_at);
    if (host_.impasse()) return; // what happened is cut short, and that is said
    std::vector<Mismatch> found;
    const Context c = context();
    check_receives(effects, view, c, found);
    check_exits(effects, view, c, found);
    check_driver_calls(effects, view, c, is_call, found);
    for (Mismatch& m : found) mismatch(std::move(m.what), std::move(m.expected), std::move(m.got));
}

void Player::do_step(const InstallStep& step) {
    const std::string target = folder(step.into) + "/" + step.as + ".so";
    std::string source;
    for (const DriverDecl& driver : scenario_.drivers)
        for (const DriverFile& file : driver.versions)
            if (driver.name == step.driver && file.version == step.version) source = file.file;
    if (auto done = install_file(step.how, source, target); !done) {
        mismatch("install", "(the file is put in place)", done.error().message);
        return;
    }
    journal_.write(journal::FileInstalled{static_cast<std::uint8_t>(step.how), target, step.version});
}

void Player::do_step(const AdvanceStep& step) {
    journal_.write(journal::ClockAdvanced{step.by.ns});
    host_.advance(step.by);
    check_unblocked(step.effects, {});
    check_effects(step.effects, 0, false);
}

void Player::do_step(const ExpectStep& step) {
    for (Mismatch& m : check_state(step, host_, observer_, context()))
        mismatch(std::move(m.what), std::move(m.expected), std::move(m.got));
}

// Readers of scenarios see to this, as long as every step goes as expected.
bool Player::has_values(const Text& call) const {
    for (const std::string& name : term::free_variables(*call.expr))
        if (!bindings_.contains(name)) return false;
    return true;
}

void Player::record_state() {
    journal_.write(journal::Called{ProcessId{}, "erl_ddll:info()"});
    journal_.write(
        journal::Returned{ProcessId{}, journal::Outcome::value, false, term::encode(host_.ddll_info().value)});
}

bool Player::play_step(std::uint32_t index) {
    index_ = index;
    enter_rounds(steps_[index]);
    journal_.write(journal::StepBegun{index});
    std::visit([this](const auto& step) { do_step(step); }, steps_[index].step->what);
    observer_.next(0); // whatever a step did not look at is over
    bind_new();
    host_.empty_mailboxes();
    if (comparing_) record_state();
    if (host_.impasse()) {
        journal_.write(
            journal::StepFailed{index, static_cast<std::uint8_t>(host_.impasse()->kind), host_.impasse()->text});
        return false;
    }
    if (mismatches_ > 0) return false;
    journal_.write(journal::StepEnded{index});
    return true;
}

void Player::run() {
    for (const PathDecl& path : scenario_.paths) {
        std::error_code ignored; // a folder that cannot be made shows itself at the first install
        if (!path.folder.starts_with('/')) std::filesystem::create_directories(path.folder, ignored);
        bind(path.variable, Term::string(path.folder));
    }
    for (const ProcessDecl& process : scenario_.processes) {
        const ProcessId id = host_.start_process(process.name, process.trap_exit);
        processes_.emplace(process.name, id);
        bind(process.variable, Term::pid(id.value));
    }
    bind_new();
    for (std::uint32_t i = 0; i < steps_.size(); ++i)
        if (!play_step(i)) return;
    journal_.write(journal::Ended{});
}

} // namespace

void play(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
          const PlayOptions& options, journal::Journal& journal) {
    Player(scenario, steps, versions, options, journal).run();
}

} // namespace ddll::scenario
