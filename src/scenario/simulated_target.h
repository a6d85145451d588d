#pragma once
/// The simulated emulator as a target: a host in this process, its journal, and the peers of its descriptors.
#include "journal/journal.h"
#include "scenario/target.h"

#include <map>
#include <memory>

namespace ddll::scenario {

struct SimulatedOptions {
    host::Options host{};
    std::uint64_t seed = 0;    ///< 0: first in, first out; else the order of what has no order is drawn from it
    bool only_kinds = false;   ///< no other order is drawn than which kind goes first (host::OneOrderOfKinds)
    bool records_info = false; ///< after each step erl_ddll:info() is journaled, as called by no process
};

class SimulatedTarget final : public Target {
public:
    /// All that is passed by reference must outlive it.
    SimulatedTarget(SimulatedOptions options, const std::vector<PeerDecl>& peers, const Versions& versions,
                    journal::Journal& journal);

    std::vector<term::Term> start(std::span<const ProcessDecl> processes) override;
    Result<void> install(const InstallStep& step, const std::string& source, const std::string& target) override;
    Peers* peers() override { return &peers_; }
    void begin_turn(const std::string& by, std::size_t calls) override;
    std::optional<term::Evaluated> call(const Text& call, const CallOutcome& wanted,
                                        const term::Bindings& bindings) override;
    void end_turn() override { host_.processes().end_turn(); }
    bool waits(const std::string& process) const override;
    std::optional<term::Evaluated> take_late_return(const std::string& process) override;
    term::Evaluated ask(const std::string& module, const std::string& name,
                        const std::vector<term::Term>& arguments) override;
    void settle() override;
    void advance(Duration by) override;
    bool outside_may_act() const override { return host_.io().outside_may_act() || !peers_.open().empty(); }
    void wait_outside(std::chrono::milliseconds longest) override { host_.io().wait_outside(longest, peers_.open()); }
    std::optional<host::Impasse> impasse() const override { return host_.impasse(); }
    void observe(StepRecord& record) override { observer_.read(record, caller_); }
    const Observer* observer() const override { return &observer_; }
    void note(const journal::Event& event) override { journal_.write(event); }
    void end_step() override;

    /// After the last step: journals what is left over.
    void end();

    host::Host& host() { return host_; }
    const std::map<std::string, ProcessId>& processes() const { return processes_; }

private:
    journal::Journal& journal_;
    const bool records_info_;
    std::unique_ptr<host::Chooser> chooser_;
    host::Host host_;
    host::CurrentHost current_;
    Peers peers_;
    Observer observer_;
    std::map<std::string, ProcessId> processes_;
    std::map<ProcessId, term::Evaluated> late_; ///< of calls that had been blocked, until they are asked for
    std::string caller_;                        ///< of the current step, or empty
    ProcessId asking_;                          ///< the last process that made a call
};

} // namespace ddll::scenario
