#include "scenario/step_engine.h"

#include "host/ports/names.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::scenario {

using term::Evaluated;
using term::Term;

StepEngine::StepEngine(const Scenario& scenario, Target& target, EngineOptions options)
    : scenario_(scenario), target_(target), options_(std::move(options)),
      ask_([&target](const std::string& module, const std::string& name, const std::vector<Term>& arguments) {
          return target.ask(module, name, arguments);
      }) {}

// --- variables -------------------------------------------------------------------------------------------------------

bool StepEngine::declare() {
    for (; paths_ < scenario_.paths.size(); ++paths_) {
        const PathDecl& path = scenario_.paths[paths_];
        std::error_code ignored; // a folder that cannot be made shows itself at the first install
        if (!path.folder.starts_with('/')) std::filesystem::create_directories(target_.place_of(path.folder), ignored);
        bind(path.variable, Term::string(path.folder));
    }
    const std::span<const ProcessDecl> fresh(scenario_.processes.begin() + static_cast<std::ptrdiff_t>(processes_),
                                             scenario_.processes.end());
    const std::vector<Term> pids = target_.start(fresh);
    if (pids.size() < fresh.size()) return false;
    for (const Term& pid : pids) bind(scenario_.processes[processes_++].variable, pid);
    journal_bindings();
    return true;
}

void StepEngine::journal_bindings() {
    if (bindings_.size() == journaled_.size()) return;
    for (const auto& [name, value] : bindings_)
        if (journaled_.insert(name).second) target_.note(journal::Bound{name, term::encode(value)});
}

// Variables bound in a round of a repeat are forgotten at its end.
void StepEngine::enter_rounds(const FlatStep& step) {
    std::size_t common = 0;
    while (common < step.repeats.size() && common < previous_.repeats.size() &&
           step.repeats[common] == previous_.repeats[common] && step.rounds[common] == previous_.rounds[common])
        ++common;
    if (before_repeat_.size() > common) {
        bindings_ = before_repeat_[common];
        std::erase_if(journaled_, [&](const std::string& name) { return !bindings_.contains(name); });
        before_repeat_.resize(common);
    }
    before_repeat_.resize(step.repeats.size(), bindings_);
    previous_ = step;
}

// --- one step --------------------------------------------------------------------------------------------------------

bool StepEngine::run_step(std::uint32_t index, const FlatStep& step) {
    begin_step(index, step);
    await_effects();
    return end_step();
}

const StepRecord& StepEngine::begin_step(std::uint32_t index, const FlatStep& step, const std::string& skip) {
    index_ = index;
    enter_rounds(step);
    record_ = {};
    mismatches_.clear();
    caller_.clear();
    due_ = nullptr;
    unknown_ = nullptr;
    target_.note(journal::StepBegun{index});
    if (skip.empty()) {
        std::visit([this](const auto& what) { act(what); }, step.step->what);
    } else {
        record_.skipped = true;
        record_.why = skip;
        target_.settle();
    }
    collect();
    return record_;
}

const StepRecord& StepEngine::look() {
    target_.settle();
    collect();
    return record_;
}

void StepEngine::look_at_file(const FileStep& step) {
    mismatches_.clear();
    act(step);
}

bool StepEngine::end_step() {
    if (unknown_ != nullptr)
        for (std::size_t i = 0; i < record_.returns.size() && i < unknown_->outcomes.size(); ++i)
            if (auto found = check_outcome(unknown_->outcomes[i], record_.returns[i], "returns", "raises", scope()))
                mismatch(*std::move(found));
    if (due_ != nullptr) report(compare(*due_, bindings_));
    target_.observe(record_); // whatever the step did not look at is over
    ended_.insert(record_.exits.begin(), record_.exits.end());
    journal_bindings();
    target_.end_step();
    if (const auto impasse = target_.impasse()) {
        target_.note(journal::StepFailed{index_, impasse->kind, impasse->text});
        return false;
    }
    if (failed_) return false;
    target_.note(journal::StepEnded{index_});
    return true;
}

void StepEngine::mismatch(Mismatch found) {
    if (options_.lenient)
        mismatches_.push_back(std::move(found));
    else
        fail(std::move(found));
}

void StepEngine::fail(Mismatch found) {
    failed_ = true;
    target_.note(journal::Mismatched{index_, found.what, found.expected, found.got, found.of_return});
    mismatches_.push_back(std::move(found));
}

// --- calls -----------------------------------------------------------------------------------------------------------

// Also in the middle of a turn.
bool StepEngine::has_ended(const std::string& process) {
    target_.observe(record_);
    ended_.insert(record_.exits.begin(), record_.exits.end());
    return ended_.contains(process);
}

// A process that has ended or waits inside a call can do nothing.
bool StepEngine::may_act(const std::string& process) {
    if (ended_.contains(process))
        mismatch({"by " + process, "(a process that is alive)",
                  fmt::format("{} has ended: {}", process, scope().show(ended_.at(process)))});
    else if (target_.waits(process))
        mismatch({"by " + process, "(a process that is not blocked)",
                  fmt::format("{} still waits in an earlier call", process)});
    else
        return true;
    record_.skipped = true;
    record_.why = mismatches_.back().got;
    return false;
}

void StepEngine::act(const CallStep& step) {
    if (!may_act(step.by)) return;
    caller_ = step.by;
    exited_ = false;
    target_.begin_turn(step.by, step.calls.size());
    for (std::size_t i = 0; i < step.calls.size() && !stopped(); ++i)
        if (!make_call(step, i)) break;
    target_.end_turn();
    target_.settle();
    due_ = &step.effects;
}

// False when no more calls are made.
bool StepEngine::make_call(const CallStep& step, std::size_t i) {
    const std::size_t left = step.calls.size() - i - 1;
    if (i > 0 && unknown_ == nullptr && has_ended(step.by)) { // inside an earlier call of the batch
        if (!std::holds_alternative<std::monostate>(step.outcomes[i]))
            mismatch({fmt::format("returns, call {}", i + 1), "(the call returns)",
                      fmt::format("{} has ended: {}", step.by, scope().show(ended_.at(step.by))), true});
        return false;
    }
    auto result = target_.call(step.calls[i], step.outcomes[i], bindings_);
    if (!result) {
        unknown_ = &step;
        return true;
    }
    if (options_.lenient && never_called(*result)) {
        record_.skipped = i == 0;
        record_.why = term::print(result->value.elements()[1]) + " has no value";
        return false;
    }
    if (result->kind == Evaluated::Kind::blocked) {
        // Whoever waits gives up its time slice, and may have its answer by then.
        target_.settle();
        if (auto late = target_.take_late_return(step.by)) {
            result = std::move(late);
            target_.begin_turn(step.by, left);
        }
    }
    if (target_.impasse()) return false;
    if (result->kind == Evaluated::Kind::blocked) {
        check_blocked(step, i);
        return false; // what follows a call that waits is not called
    }
    check_returned(step, i, *result);
    return !ends_turn(step, i, *result);
}

// exit/1: what follows it in the batch is not called.
bool StepEngine::ends_turn(const CallStep& step, std::size_t i, const Evaluated& result) {
    if (result.kind != Evaluated::Kind::raised || result.exception_class != "exit") return false;
    for (std::size_t later = i + 1; later < step.calls.size(); ++later)
        if (!std::holds_alternative<std::monostate>(step.outcomes[later])) {
            mismatch({fmt::format("returns, call {}", later + 1), "(the call returns)",
                      fmt::format("{} has called exit/1 before: {}", step.by, scope().show(result.value)), true});
            break;
        }
    return true;
}

void StepEngine::check_blocked(const CallStep& step, std::size_t i) {
    const bool last = i + 1 == step.calls.size();
    if (has_ended(step.by)) {
        // It will never return; where that was expected, `exits` has the reason.
        if (!step.blocks && !std::holds_alternative<std::monostate>(step.outcomes[i]))
            mismatch({"returns", "(the call returns)",
                      fmt::format("{} ended inside the call: {}", step.by, scope().show(ended_.at(step.by))), true});
    } else if (!step.blocks || !last) {
        mismatch({"returns", "(the call returns)", "(the call blocks)", true});
    }
}

void StepEngine::check_returned(const CallStep& step, std::size_t i, const Evaluated& result) {
    if (result.kind == Evaluated::Kind::raised && result.exception_class == "exit" &&
        !std::holds_alternative<Raises>(step.outcomes[i]) && !std::exchange(exited_, true))
        return; // exit/1 does not return
    const auto key = [&](const char* word) {
        return step.is_batch ? fmt::format("{}, call {}", word, i + 1) : std::string(word);
    };
    if (step.blocks && i + 1 == step.calls.size())
        mismatch({"blocks", "(the call blocks)", scope().show(result)});
    else if (auto found = check_outcome(step.outcomes[i], result, key("returns"), key("raises"), scope()))
        mismatch(*std::move(found));
    if (options_.on_term && result.kind == Evaluated::Kind::value) options_.on_term(result.value);
}

// --- other steps -----------------------------------------------------------------------------------------------------

void StepEngine::act(const InstallStep& step) {
    const DriverFile* file = scenario_.file_of(step);
    const std::string target = target_.place_of(scenario_.folder_of(step)) + "/" + step.as + ".so";
    if (auto done = target_.install(step, file != nullptr ? file->file : "", target); !done)
        return fail(
            {"install", "(the file is put in place)", done.error().message}); // lenient or not: nothing follows from it
    target_.settle();                                                         // a driver may watch the folder
    due_ = &step.effects;
}

void StepEngine::act(const AdvanceStep& step) {
    target_.advance(step.by);
    target_.settle();
    due_ = &step.effects;
}

void StepEngine::act(const ExpectStep& step) {
    if (const Observer* observer = target_.observer()) {
        target_.observe(record_);
        report(check_state(step, *observer, scope()));
    }
}

void StepEngine::act(const FileStep& step) {
    report(check_file(step, target_.place_of(step.file), scope()));
}

Peers::Done StepEngine::act_as_peer(const PeerStep& step) {
    Peers& peers = *target_.peers();
    const bool tcp = std::any_of(scenario_.peers.begin(), scenario_.peers.end(), [&](const PeerDecl& peer) {
        return peer.name == step.peer && peer.kind == PeerKind::tcp;
    });
    if (step.verb == PeerVerb::listen && tcp) {
        std::uint16_t chosen = 0;
        Peers::Done done = peers.listen(step.peer, chosen);
        if (!done.ok()) return done;
        if (!term::match(*step.what.expr, Term::integer(chosen), bindings_, ask_))
            return {0, fmt::format("the system chose {}", chosen)};
        note_chosen(step.what, chosen);
        return done;
    }
    Term value;
    if (step.what.expr) {
        Evaluated result = term::evaluate(*step.what.expr, bindings_, ask_);
        if (result.kind != Evaluated::Kind::value) return {0, scope().show(result)};
        value = std::move(result.value);
    }
    switch (step.verb) {
    case PeerVerb::connect:
        if (value.is(Term::Kind::integer)) note_chosen(step.what, static_cast<std::uint64_t>(value.as_integer()));
        return peers.connect(step.peer, value);
    case PeerVerb::listen:
        return peers.listen(step.peer, value);
    case PeerVerb::accept:
        return peers.accept(step.peer, step.listener);
    case PeerVerb::send:
        return peers.send(step.peer, value);
    case PeerVerb::close:
        return peers.close(step.peer, step.close);
    }
    return {};
}

// A port number in a variable is one that the system chose, for a peer or for the driver: reports show the variable.
void StepEngine::note_chosen(const Text& text, std::uint64_t number) {
    if (text.expr->kind == term::Expr::Kind::variable) target_.note(journal::NumberChosen{text.expr->name, number});
}

void StepEngine::act(const PeerStep& step) {
    const Peers::Done done = act_as_peer(step);
    const std::string expected = step.fails.empty() ? "(it is done)" : step.fails;
    const std::string got = !done.mistake.empty() ? done.mistake
                            : done.error != 0     ? host::errno_name(done.error)
                                                  : "(it is done)";
    if (got != expected) return mismatch({"peer " + step.peer, expected, got});
    target_.settle();
    due_ = &step.effects;
}

// --- effects ---------------------------------------------------------------------------------------------------------

// Calls of other processes that return now are returns of this step.
void StepEngine::collect() {
    for (const ProcessDecl& process : scenario_.processes)
        if (due_ != nullptr && process.name != caller_)
            if (const auto late = target_.take_late_return(process.name);
                late && late->kind == Evaluated::Kind::value && options_.on_term)
                options_.on_term(late->value);
    target_.observe(record_);
    if (!options_.on_term) return;
    for (const auto& [process, arrivals] : record_.messages)
        for (const Arrival& arrival : arrivals) options_.on_term(arrival.message);
}

void StepEngine::compare_late(const Effects& effects, const ExpectScope& scope, std::vector<Mismatch>& out) const {
    std::set<std::string> listed;
    for (const Unblocks& wanted : effects.unblocks) {
        const auto it = record_.late.find(wanted.process);
        const std::string what = "unblocks " + wanted.process;
        listed.insert(wanted.process);
        if (it == record_.late.end()) {
            const auto* value = std::get_if<Text>(&wanted.outcome);
            out.push_back({what, value != nullptr ? term::print(*value->expr) : "(an exception)",
                           target_.waits(wanted.process) ? "(the call goes on waiting)"
                                                         : fmt::format("({} was not blocked)", wanted.process)});
        } else if (auto wrong = check_outcome(wanted.outcome, it->second, what, what, scope)) {
            wrong->of_return = false; // of an earlier step
            out.push_back(*std::move(wrong));
        }
    }
    if (!scope.strict) return;
    for (const auto& [name, result] : record_.late)
        if (!listed.contains(name))
            out.push_back({"unblocks " + name, "(the call goes on waiting)", scope.show(result)});
}

std::vector<Mismatch> StepEngine::compare(const Effects& effects, term::Bindings& bindings) const {
    std::vector<Mismatch> found;
    const ExpectScope scope{scenario_.processes, bindings, ask_, scenario_.strict};
    compare_late(effects, scope, found);
    if (target_.impasse()) return found; // what happened is cut short, and that is said
    check_receives(effects, record_, scope, found);
    check_exits(effects, record_, scope, found);
    if (target_.observer() == nullptr) return found; // a node is seen from outside
    check_driver_calls(effects, record_, scope, !caller_.empty(), found);
    check_logs(effects, record_, found);
    return found;
}

void StepEngine::await(std::chrono::nanoseconds longest, Duration journaled,
                       const std::function<bool(const StepRecord&)>& satisfied) {
    using std::chrono::steady_clock;
    const auto until = steady_clock::now() + longest;
    while (!target_.impasse() && !satisfied(record_) && target_.outside_may_act()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - steady_clock::now());
        if (left.count() <= 0) return;
        if (journaled.ns > 0) target_.note(journal::Awaited{std::exchange(journaled.ns, 0)});
        target_.wait_outside(left);
        look();
    }
}

// Real time: what arrives from outside the scenario, and when, is not the scenario's to say. What its peers send over
// TCP is: the system delivers it at once, but a very busy one may be late, and that is no failure.
void StepEngine::await_effects() {
    constexpr std::chrono::milliseconds delivery{250};
    if (due_ == nullptr || failed_) return;
    const bool tcp = target_.peers() != nullptr && target_.peers()->any_tcp();
    const auto longest =
        std::max<std::chrono::nanoseconds>(std::chrono::nanoseconds(due_->await.ns), tcp ? delivery : delivery.zero());
    if (longest.count() == 0) return;
    await(longest, due_->await, [this](const StepRecord&) {
        term::Bindings trial = bindings_;
        return compare(*due_, trial).empty();
    });
}

} // namespace ddll::scenario
