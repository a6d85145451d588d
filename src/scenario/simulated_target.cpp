#include "scenario/simulated_target.h"

#include "calls/calls.h"
#include "scenario/work_folder.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::scenario {

using term::Evaluated;
using term::Term;

namespace {

std::unique_ptr<host::Chooser> chooser_for(const SimulatedOptions& options) {
    if (options.seed == 0) return std::make_unique<host::FirstInFirstOut>();
    if (options.only_kinds) return std::make_unique<host::OneOrderOfKinds>(static_cast<unsigned>(options.seed));
    return std::make_unique<host::Shuffled>(options.seed);
}

} // namespace

SimulatedTarget::SimulatedTarget(SimulatedOptions options, const std::vector<PeerDecl>& peers, const Versions& versions,
                                 journal::Journal& journal)
    : journal_(journal), records_info_(options.records_info), chooser_(chooser_for(options)),
      host_(std::move(options.host), journal, *chooser_), current_(host_), peers_(peers, journal),
      observer_(journal, versions) {
    host_.options().returned = [this](ProcessId id) {
        if (auto late = calls::take_late_return(host_, id)) late_.insert_or_assign(id, *std::move(late));
    };
}

std::vector<Term> SimulatedTarget::start(std::span<const ProcessDecl> processes) {
    std::vector<Term> pids;
    for (const ProcessDecl& process : processes) {
        const ProcessId id = host_.processes().start(process.name, process.trap_exit);
        processes_.emplace(process.name, id);
        pids.push_back(Term::pid(id.value));
    }
    return pids;
}

Result<void> SimulatedTarget::install(const InstallStep& step, const std::string& source, const std::string& target) {
    if (auto done = install_file(step.how, source, target); !done) return done;
    note(journal::FileInstalled{step.how, target, step.version});
    return {};
}

void SimulatedTarget::begin_turn(const std::string& by, std::size_t calls) {
    caller_ = by;
    asking_ = processes_.at(by);
    host_.processes().begin_turn(asking_, calls);
}

// A call whose variables have no value fails before it calls anything: what was held back for it is handled first.
std::optional<Evaluated> SimulatedTarget::call(const Text& call, const CallOutcome&, const term::Bindings& bindings) {
    const auto names = term::free_variables(*call.expr);
    if (!std::all_of(names.begin(), names.end(), [&](const std::string& name) { return bindings.contains(name); }))
        end_turn();
    return calls::perform(host_, asking_, *call.expr, call.source, bindings);
}

bool SimulatedTarget::waits(const std::string& process) const {
    return host_.processes().find(processes_.at(process))->blocked();
}

std::optional<Evaluated> SimulatedTarget::take_late_return(const std::string& process) {
    const auto returned = late_.extract(processes_.at(process));
    return returned ? std::optional(std::move(returned.mapped())) : std::nullopt;
}

Evaluated SimulatedTarget::ask(const std::string& module, const std::string& name, const std::vector<Term>& arguments) {
    return calls::call(host_, asking_, module, name, arguments);
}

// The host, and what of it the peers see, and what comes of that.
void SimulatedTarget::settle() {
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

void SimulatedTarget::advance(Duration by) {
    note(journal::ClockAdvanced{by.ns});
    host_.advance(by);
}

void SimulatedTarget::end_step() {
    caller_.clear();
    host_.processes().empty_mailboxes();
    if (!records_info_) return;
    note(journal::Called{ProcessId{}, "erl_ddll:info()"});
    const std::string info = term::encode(host_.drivers().info().value);
    note(journal::Returned{ProcessId{}, journal::Outcome::value, false, info});
}

void SimulatedTarget::end() {
    host_.report_end();
    note(journal::Ended{});
}

} // namespace ddll::scenario
