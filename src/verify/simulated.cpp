#include "verify/simulated.h"

#include "lifecycle/record.h"
#include "scenario/versions.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>

#include <set>

namespace ddll::verify {

using term::Term;

namespace {

Outcome outcome_of(const journal::Returned& returned) {
    static constexpr Outcome::Kind kinds[] = {Outcome::Kind::value, Outcome::Kind::error, Outcome::Kind::exit,
                                              Outcome::Kind::throw_, Outcome::Kind::blocked};
    Outcome outcome;
    outcome.kind = kinds[static_cast<std::size_t>(returned.outcome)];
    if (outcome.kind == Outcome::Kind::blocked) return outcome;
    auto decoded = term::decode(returned.term);
    outcome.term = decoded ? std::move(decoded->term) : Term::atom("'term too large to be kept'");
    return outcome;
}

/// One walk over the journal, step by step.
class Reading {
public:
    explicit Reading(const scenario::RunResult& result)
        : result_(result), versions_(*result.scenario), observer_(*result.journal, versions_) {}

    std::vector<StepRecord> run() {
        for (const journal::Entry& entry : *result_.journal) {
            last_ = entry.seq;
            std::visit([&](const auto& event) { see(event, entry.seq); }, entry.event);
        }
        if (open_) end_step(last_);
        return std::move(records_);
    }

private:
    template <class E>
    void see(const E&, std::uint64_t) {}

    void see(const journal::ProcessStarted& e, std::uint64_t) { processes_[e.process] = e.name; }

    // Drivers that drivers add themselves: no witness stands between them and the emulator.
    void see(const journal::DriverChanged& e, std::uint64_t) {
        if (e.presence == lifecycle::Presence::linked_in) added_.emplace(e.name);
    }

    void see(const journal::StepBegun& e, std::uint64_t seq) {
        if (open_) end_step(seq - 1);
        observer_.next(0, seq);
        open_ = true;
        record_ = StepRecord();
        returned_at_ = 0;
        call_ = std::get_if<scenario::CallStep>(&result_.flat[e.index].step->what);
    }
    void see(const journal::StepEnded&, std::uint64_t seq) { end_step(seq); }
    void see(const journal::StepFailed& e, std::uint64_t) { record_.death = fmt::format("ddlltool: {}", e.text); }

    void see(const journal::Returned& e, std::uint64_t seq) {
        if (e.process.value == 0) {
            record_.info = outcome_of(e).term;
            return;
        }
        const std::string& name = processes_[e.process];
        if (call_ == nullptr || call_->by != name) {
            record_.late.emplace(name, outcome_of(e));
            return;
        }
        if (never_called(outcome_of(e))) {
            if (!record_.returns.empty()) returned_at_ = seq;
            return;
        }
        // A call that blocked and had its answer within the step did return.
        if (e.late && !record_.returns.empty())
            record_.returns.back() = outcome_of(e);
        else
            record_.returns.push_back(outcome_of(e));
        returned_at_ = record_.returns.back().kind == Outcome::Kind::blocked ? 0 : seq;
    }

    void end_step(std::uint64_t seq) {
        if (!open_) return;
        open_ = false;
        scenario::StepView view = observer_.next(returned_at_, seq);
        for (auto& [id, arrivals] : view.arrivals) record_.messages[processes_[id]] = std::move(arrivals);
        for (auto& [id, reason] : view.exits) record_.exits.emplace(processes_[id], std::move(reason));
        for (scenario::DriverCall& call : view.driver_calls) add(std::move(call));
        if (call_ != nullptr && record_.returns.empty() && !record_.death) {
            record_.skipped = true;
            record_.why = "in ddlltool its process has ended or is blocked, or a variable has no value";
        }
        records_.push_back(std::move(record_));
    }

    void add(scenario::DriverCall call) {
        using journal::Callback;
        if (call.kind == scenario::DriverCall::Kind::api) return;
        if (call.callback == Callback::async_invoke || call.callback == Callback::async_free ||
            call.callback == Callback::thread)
            return;
        if (call.driver.empty() || added_.contains(call.driver)) return;
        if (call.callback == Callback::start) ports_.emplace(term::print(call.arguments[0]), ports_.size() + 1);
        // Descriptors are numbered by the system.
        if (call.callback == Callback::stop_select) call.arguments.clear();
        if (call.callback == Callback::ready_input || call.callback == Callback::ready_output) call.arguments.resize(1);
        if (!call.arguments.empty()) {
            const auto port = ports_.find(term::print(call.arguments[0]));
            call.arguments[0] = port == ports_.end() ? Term::atom("unknown") : Term::unsigned_integer(port->second);
        }
        record_.driver_calls.push_back(std::move(call));
    }

    const scenario::RunResult& result_;
    scenario::Versions versions_;
    scenario::Observer observer_;
    std::map<ProcessId, std::string> processes_;
    std::map<std::string, std::size_t> ports_; ///< by their printed form, to the number of their start
    std::set<std::string> added_;
    std::vector<StepRecord> records_;
    StepRecord record_;
    bool open_ = false;
    const scenario::CallStep* call_ = nullptr;
    std::uint64_t returned_at_ = 0, last_ = 0;
};

} // namespace

std::vector<StepRecord> simulated_records(const scenario::RunResult& result) {
    if (!result.journal || !result.scenario) return {};
    auto records = Reading(result).run();
    if (result.death && !records.empty()) {
        records.back().death = result.death->headline;
        records.back().skipped = false; // it was begun: nothing has returned
    }
    return records;
}

} // namespace ddll::verify
