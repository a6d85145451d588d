#include "scenario/player.h"

#include "calls/calls.h"
#include "scenario/expect_file.h"
#include "scenario/expect_state.h"
#include "scenario/expectations.h"
#include "scenario/peers.h"
#include "scenario/step_view.h"
#include "scenario/work_folder.h"
#include "term/external.h"

#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <set>

namespace ddll::scenario {

using term::Evaluated;
using term::Term;

namespace {

std::unique_ptr<host::Chooser> chooser_for(std::uint64_t seed) {
    if (seed == 0) return std::make_unique<host::FirstInFirstOut>();
    return std::make_unique<host::Shuffled>(seed);
}

host::Options host_options(const Scenario& scenario, const StepOptions& options) {
    host::Options out;
    out.async_takes = scenario.async_takes;
    out.async_threads = scenario.async_threads;
    out.threads = scenario.free_threads || options.free_threads ? host::ThreadMode::free : host::ThreadMode::serial;
    out.open_error_preset = scenario.open_error_preset;
    out.environment = scenario.environment;
    out.probe = options.probe;
    if (options.comparison) {
        out.open_error_preset = options.comparison->open_error_preset;
        out.first_port = options.comparison->first_port;
        out.linked_in = options.comparison->linked_in;
    }
    return out;
}

class Player {
public:
    Player(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
           const StepOptions& options, journal::Journal& journal)
        : scenario_(scenario), steps_(steps), journal_(journal), chooser_(chooser_for(options.seed)),
          host_(host_options(scenario, options), journal, *chooser_), current_(host_), peers_(scenario.peers, journal),
          observer_(journal, versions), comparing_(options.comparison.has_value()),
          lenient_(comparing_ || options.lenient) {}

    void run();

private:
    bool play_step(std::uint32_t index);
    void do_step(const CallStep& step);
    void do_step(const InstallStep& step);
    void do_step(const AdvanceStep& step);
    void do_step(const ExpectStep& step);
    void do_step(const PeerStep& step);
    void do_step(const FileStep& step);
    void do_step(const NoteStep&) {}
    void do_step(const RepeatStep&) {}

    void run_until_idle();
    Peers::Done act(const PeerStep& step);
    void note_chosen(const Text& text, std::uint64_t number);
    void enter_rounds(const FlatStep& step);
    void bind_new();
    void bind(const std::string& name, Term value);
    bool may_act(const std::string& name);
    std::optional<Mismatch> check_outcome(const CallOutcome& wanted, const Evaluated& result, const std::string& key,
                                          const std::string& raises_key, term::Bindings& bindings);
    /// What a step has caused so far.
    struct Caused {
        StepView view;
        std::map<std::string, Evaluated> unblocked; ///< by process: calls of earlier steps that returned
        std::uint64_t returned_at = 0;
        bool by_call = false;
    };
    void collect(const std::string& caller, Caused& caused);
    void check_effects(const Effects& effects, const std::string& caller, Caused caused);
    void check_unblocked(const Effects& effects, const Caused& caused, term::Bindings& bindings,
                         std::vector<Mismatch>& out);
    std::vector<Mismatch> compare(const Effects& effects, const Caused& caused, term::Bindings& bindings);
    void await(const Effects& effects, const std::string& caller, Caused& caused);
    void mismatch(std::string what, std::string expected, std::string got);
    void report(std::optional<Mismatch> found);
    std::string shown(const Evaluated& result) const;
    const std::string& folder(const std::string& variable) const;
    ExpectScope context() { return ExpectScope{processes_, bindings_, call_, scenario_.strict}; }

    bool has_values(const Text& call) const;
    void record_state();

    const Scenario& scenario_;
    const std::vector<FlatStep>& steps_;
    journal::Journal& journal_;
    std::unique_ptr<host::Chooser> chooser_;
    host::Host host_;
    host::CurrentHost current_;
    Peers peers_;
    Observer observer_;
    const bool comparing_, lenient_;
    std::map<std::string, ProcessId> processes_;
    std::uint32_t index_ = 0;
    std::uint64_t mismatches_ = 0;
    // Terms may share driver binaries with the host, so they are declared after it and go first.
    term::Bindings bindings_;
    term::Bindings journaled_;
    std::vector<std::pair<const ScenarioStep*, term::Bindings>>
        before_repeat_; ///< what was bound when each open repeat began
    ProcessId pattern_caller_;
    term::CallFunction call_ = [this](const std::string& module, const std::string& name,
                                      const std::vector<Term>& args) {
        return calls::call(host_, pattern_caller_, module, name, args);
    };
};

// The host, and what of it the peers see, and what comes of that.
void Player::run_until_idle() {
    constexpr std::uint32_t most_turns = 10'000;
    host_.run_until_idle();
    for (std::uint32_t turn = 0; peers_.pump(); ++turn) {
        if (turn == most_turns)
            host_.reach_impasse(host::Impasse::Kind::no_rest,
                                fmt::format("no rest after {} turns: the driver goes on sending", most_turns));
        if (host_.impasse()) return;
        host_.run_until_idle();
    }
}

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
    if (lenient_) return;
    ++mismatches_;
    journal_.write(journal::Mismatched{index_, what, expected, got});
}

void Player::report(std::optional<Mismatch> found) {
    if (found) mismatch(std::move(found->what), std::move(found->expected), std::move(found->got));
}

std::string Player::shown(const Evaluated& result) const {
    const ExpectScope context{processes_, const_cast<term::Bindings&>(bindings_), {}, false};
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
    const host::Process& process = *host_.processes().find(processes_.at(name));
    const ExpectScope c = context();
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

std::optional<Mismatch> Player::check_outcome(const CallOutcome& wanted, const Evaluated& result,
                                              const std::string& key, const std::string& raises_key,
                                              term::Bindings& bindings) {
    if (const auto* raises = std::get_if<Raises>(&wanted)) {
        const bool raised = result.kind == Evaluated::Kind::raised &&
                            result.exception_class == raises->exception_class &&
                            term::match(*raises->reason.expr, result.value, bindings, call_);
        if (raised) return std::nullopt;
        return Mismatch{raises_key,
                        fmt::format("exception {}: {}", raises->exception_class, term::print(*raises->reason.expr)),
                        shown(result)};
    }
    if (const auto* value = std::get_if<Text>(&wanted)) {
        if (result.kind == Evaluated::Kind::value && term::match(*value->expr, result.value, bindings, call_))
            return std::nullopt;
        return Mismatch{key, term::print(*value->expr), shown(result)};
    }
    if (result.kind == Evaluated::Kind::raised) return Mismatch{key, "(any value)", shown(result)};
    return std::nullopt;
}

void Player::do_step(const CallStep& step) {
    if (!may_act(step.by)) return;
    const ProcessId by = processes_.at(step.by);
    pattern_caller_ = by;
    std::uint64_t returned_at = 0;
    host_.processes().begin_turn(by, step.calls.size());
    for (std::size_t i = 0; i < step.calls.size() && mismatches_ == 0 && !host_.impasse(); ++i) {
        if (lenient_ && !has_values(step.calls[i])) {
            // Fails before it calls anything, as it does on a node, and no more calls are made.
            host_.processes().end_turn();
            calls::perform(host_, by, *step.calls[i].expr, step.calls[i].source, bindings_);
            break;
        }
        const host::Process& self = *host_.processes().find(by);
        if (!self.alive()) { // it died inside an earlier call of the batch
            if (!std::holds_alternative<std::monostate>(step.outcomes[i]))
                mismatch(fmt::format("returns, call {}", i + 1), "(the call returns)",
                         fmt::format("{} has ended: {}", step.by, context().show(self.exit_reason)));
            break;
        }
        const bool was_exiting = self.state != host::Process::State::running;
        Evaluated result = calls::perform(host_, by, *step.calls[i].expr, step.calls[i].source, bindings_);
        returned_at = journal_.size();
        if (result.kind == Evaluated::Kind::blocked) {
            // Whoever waits gives up its time slice, and may have its answer by then.
            returned_at = 0;
            run_until_idle();
            if (auto late = calls::take_late_return(host_, by)) {
                result = *std::move(late);
                returned_at = journal_.size();
                host_.processes().begin_turn(by, step.calls.size() - i - 1);
            }
        }
        if (host_.impasse()) break;
        const bool last = i + 1 == step.calls.size();
        const bool ended_by_itself = !was_exiting && self.state != host::Process::State::running &&
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
            report(check_outcome(step.outcomes[i], result,
                                 step.is_batch ? fmt::format("returns, call {}", i + 1) : "returns",
                                 step.is_batch ? fmt::format("raises, call {}", i + 1) : "raises", bindings_));
    }
    host_.processes().end_turn();
    run_until_idle();
    check_effects(step.effects, step.by, {{}, {}, returned_at, true});
}

void Player::collect(const std::string& caller, Caused& caused) {
    for (const ProcessDecl& process : scenario_.processes)
        if (process.name != caller)
            if (auto late = calls::take_late_return(host_, processes_.at(process.name)))
                caused.unblocked.emplace(process.name, *std::move(late));
    observer_.next(caused.returned_at, caused.view);
}

void Player::check_unblocked(const Effects& effects, const Caused& caused, term::Bindings& bindings,
                             std::vector<Mismatch>& out) {
    std::set<std::string> listed;
    for (const Unblocks& wanted : effects.unblocks) {
        const auto it = caused.unblocked.find(wanted.process);
        const std::string what = "unblocks " + wanted.process;
        listed.insert(wanted.process);
        if (it == caused.unblocked.end()) {
            const bool blocked = host_.processes().find(processes_.at(wanted.process))->blocked();
            const auto* value = std::get_if<Text>(&wanted.outcome);
            out.push_back(
                {what, value != nullptr ? term::print(*value->expr) : "(an exception)",
                 blocked ? "(the call goes on waiting)" : fmt::format("({} was not blocked)", wanted.process)});
        } else if (auto wrong = check_outcome(wanted.outcome, it->second, what, what, bindings)) {
            out.push_back(*std::move(wrong));
        }
    }
    if (!scenario_.strict) return;
    for (const auto& [name, result] : caused.unblocked)
        if (!listed.contains(name)) out.push_back({"unblocks " + name, "(the call goes on waiting)", shown(result)});
}

std::vector<Mismatch> Player::compare(const Effects& effects, const Caused& caused, term::Bindings& bindings) {
    std::vector<Mismatch> found;
    const ExpectScope c{processes_, bindings, call_, scenario_.strict};
    check_unblocked(effects, caused, bindings, found);
    if (host_.impasse()) return found; // what happened is cut short, and that is said
    check_receives(effects, caused.view, c, found);
    check_exits(effects, caused.view, c, found);
    check_driver_calls(effects, caused.view, c, caused.by_call, found);
    check_logs(effects, caused.view, found);
    return found;
}

// Real time: what arrives from outside the story, and when, is not the story's to say. What peers of the story send
// over TCP is: the system delivers it at once, but a very busy one may be late, and that is no failure.
void Player::await(const Effects& effects, const std::string& caller, Caused& caused) {
    using std::chrono::steady_clock;
    constexpr std::chrono::milliseconds delivery{250};
    const auto longest = std::max<std::chrono::nanoseconds>(std::chrono::nanoseconds(effects.await.ns),
                                                            peers_.any_tcp() ? delivery : delivery.zero());
    const auto until = steady_clock::now() + longest;
    bool told = effects.await.ns == 0;
    while (!host_.impasse()) {
        term::Bindings trial = bindings_;
        if (compare(effects, caused, trial).empty()) return;
        const auto also = peers_.open();
        if (!host_.io().outside_may_act() && also.empty()) return;
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) return;
        if (!told) journal_.write(journal::Awaited{effects.await.ns});
        told = true;
        host_.io().wait_outside(left, also);
        run_until_idle();
        collect(caller, caused);
    }
}

void Player::check_effects(const Effects& effects, const std::string& caller, Caused caused) {
    collect(caller, caused);
    if ((effects.await.ns > 0 || peers_.any_tcp()) && mismatches_ == 0) await(effects, caller, caused);
    for (Mismatch& m : compare(effects, caused, bindings_)) report(std::move(m));
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
    journal_.write(journal::FileInstalled{step.how, target, step.version});
}

void Player::do_step(const AdvanceStep& step) {
    journal_.write(journal::ClockAdvanced{step.by.ns});
    host_.advance(step.by);
    run_until_idle();
    check_effects(step.effects, {}, {});
}

void Player::do_step(const ExpectStep& step) {
    for (Mismatch& m : check_state(step, host_, observer_, context())) report(std::move(m));
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
        journal::Returned{ProcessId{}, journal::Outcome::value, false, term::encode(host_.drivers().info().value)});
}

Peers::Done Player::act(const PeerStep& step) {
    Term value;
    if (step.verb == PeerVerb::listen)
        for (const PeerDecl& peer : scenario_.peers)
            if (peer.name == step.peer && peer.kind == PeerKind::tcp) {
                std::uint16_t chosen = 0;
                Peers::Done done = peers_.listen(step.peer, chosen);
                if (!done.ok()) return done;
                if (!term::match(*step.what.expr, Term::integer(chosen), bindings_, call_))
                    return {0, fmt::format("the system chose {}", chosen)};
                note_chosen(step.what, chosen);
                return done;
            }
    if (step.what.expr) {
        Evaluated result = term::evaluate(*step.what.expr, bindings_, call_);
        if (result.kind != Evaluated::Kind::value) return {0, shown(result)};
        value = std::move(result.value);
    }
    switch (step.verb) {
    case PeerVerb::connect:
        if (value.is(Term::Kind::integer)) note_chosen(step.what, static_cast<std::uint64_t>(value.as_integer()));
        return peers_.connect(step.peer, value);
    case PeerVerb::listen:
        return peers_.listen(step.peer, value);
    case PeerVerb::accept:
        return peers_.accept(step.peer, step.listener);
    case PeerVerb::send:
        return peers_.send(step.peer, value);
    case PeerVerb::close:
        return peers_.close(step.peer, step.close);
    }
    return {};
}

// A port number in a variable is one that the system chose, for a peer or for the driver: reports show the variable.
void Player::note_chosen(const Text& text, std::uint64_t number) {
    if (text.expr->kind == term::Expr::Kind::variable) journal_.write(journal::NumberChosen{text.expr->name, number});
}

void Player::do_step(const PeerStep& step) {
    const Peers::Done done = act(step);
    const std::string expected = step.fails.empty() ? "(it is done)" : step.fails;
    const std::string got = !done.mistake.empty() ? done.mistake
                            : done.error != 0     ? host::errno_name(done.error)
                                                  : "(it is done)";
    if (got != expected) {
        mismatch("peer " + step.peer, expected, got);
        return;
    }
    run_until_idle();
    check_effects(step.effects, {}, {});
}

void Player::do_step(const FileStep& step) {
    for (Mismatch& m : check_file(step, context())) report(std::move(m));
}

bool Player::play_step(std::uint32_t index) {
    index_ = index;
    enter_rounds(steps_[index]);
    journal_.write(journal::StepBegun{index});
    std::visit([this](const auto& step) { do_step(step); }, steps_[index].step->what);
    observer_.next(0); // whatever a step did not look at is over
    bind_new();
    host_.processes().empty_mailboxes();
    if (comparing_) record_state();
    if (host_.impasse()) {
        journal_.write(journal::StepFailed{index, host_.impasse()->kind, host_.impasse()->text});
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
        const ProcessId id = host_.processes().start(process.name, process.trap_exit);
        processes_.emplace(process.name, id);
        bind(process.variable, Term::pid(id.value));
    }
    bind_new();
    for (std::uint32_t i = 0; i < steps_.size(); ++i)
        if (!play_step(i)) return;
    host_.report_end();
    journal_.write(journal::Ended{});
}

} // namespace

void play(const Scenario& scenario, const std::vector<FlatStep>& steps, const Versions& versions,
          const StepOptions& options, journal::Journal& journal) {
    auto player = std::make_unique<Player>(scenario, steps, versions, options, journal);
    player->run();
    if (options.in_child) static_cast<void>(player.release()); // NOLINT: what still runs may use it
}

} // namespace ddll::scenario
