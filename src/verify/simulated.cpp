#include "verify/simulated.h"

#include "journal/visitor.h"
#include "lifecycle/record.h"
#include "scenario/observer.h"
#include "term/text.h"
#include "verify/compare.h"

#include <fmt/format.h>

#include <set>
#include <utility>

namespace ddll::verify {

using scenario::StepRecord;
using term::Term;

namespace {

/// One walk over the journal, step by step.
class Reading : private journal::Visitor<Reading> {
public:
    explicit Reading(const scenario::RunResult& result)
        : result_(result), versions_(*result.scenario), observer_(*result.journal, versions_) {}

    std::vector<StepRecord> run() {
        for (const journal::Entry& entry : *result_.journal) {
            last_ = entry.seq;
            read(entry);
        }
        if (open_) end_step(last_);
        return std::move(records_);
    }

private:
    friend journal::Visitor<Reading>;
    using Ignores =
        journal::Kinds<journal::Called, journal::Returned, journal::Delivered, journal::ProcessStarted,
                       journal::ProcessEnded, journal::PortOpened, journal::PortClosing, journal::PortClosed,
                       journal::Entered, journal::Left, journal::ApiCalled, journal::ImageOpened, journal::ImageFailed,
                       journal::ImageClosed, journal::Reloaded, journal::FileInstalled, journal::ClockAdvanced,
                       journal::Awaited, journal::PeerActed, journal::PeerReceived, journal::NumberChosen,
                       journal::Misused, journal::ClearedAway, journal::LeftBehind, journal::EntrySeen,
                       journal::TookLong, journal::Logged, journal::Mismatched, journal::Bound, journal::ThreadStarted,
                       journal::ThreadWaits, journal::ThreadRuns, journal::ThreadEnded, journal::ThreadLeftAlone,
                       journal::Deadlocked, journal::Ended>;

    // Drivers that drivers add themselves: no witness stands between them and the emulator.
    void on(const journal::DriverChanged& e) {
        if (e.presence == lifecycle::Presence::linked_in) added_.emplace(e.name);
    }

    void on(const journal::StepBegun& e) {
        if (open_) end_step(entry().seq - 1);
        StepRecord before;
        observer_.read(before, {}, entry().seq);
        open_ = true;
        record_ = {};
        call_ = std::get_if<scenario::CallStep>(&result_.flat[e.index].step->what);
    }
    void on(const journal::StepEnded&) { end_step(entry().seq); }
    void on(const journal::StepFailed& e) { record_.death = fmt::format("ddlltool: {}", e.text); }

    void end_step(std::uint64_t seq) {
        if (!open_) return;
        open_ = false;
        observer_.read(record_, call_ == nullptr ? std::string() : call_->by, seq);
        for (scenario::DriverCall& call : std::exchange(record_.driver_calls, {})) add(std::move(call));
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
        drop_descriptors(call);
        if (!call.arguments.empty()) {
            const auto port = ports_.find(term::print(call.arguments[0]));
            call.arguments[0] = port == ports_.end() ? Term::atom("unknown") : Term::unsigned_integer(port->second);
        }
        record_.driver_calls.push_back(std::move(call));
    }

    const scenario::RunResult& result_;
    scenario::Versions versions_;
    scenario::Observer observer_;
    std::map<std::string, std::size_t> ports_; ///< by their printed form, to the number of their start
    std::set<std::string> added_;
    std::vector<StepRecord> records_;
    StepRecord record_;
    bool open_ = false;
    const scenario::CallStep* call_ = nullptr;
    std::uint64_t last_ = 0;
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
