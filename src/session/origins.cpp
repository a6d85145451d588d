#include "session/origins.h"

#include "journal/visitor.h"
#include "lifecycle/record.h"
#include "term/external.h"

namespace ddll::session {

class OriginsReader::Reader : public journal::Visitor<Reader> {
public:
    using Ignores =
        journal::Kinds<journal::StepEnded, journal::Returned, journal::Delivered, journal::ProcessStarted,
                       journal::PortClosing, journal::PortClosed, journal::Entered, journal::Left, journal::ImageOpened,
                       journal::ImageFailed, journal::ImageClosed, journal::Reloaded, journal::FileInstalled,
                       journal::ClockAdvanced, journal::Awaited, journal::PeerActed, journal::PeerReceived,
                       journal::NumberChosen, journal::Misused, journal::ClearedAway, journal::LeftBehind,
                       journal::EntrySeen, journal::TookLong, journal::Logged, journal::Mismatched, journal::StepFailed,
                       journal::ThreadStarted, journal::ThreadWaits, journal::ThreadRuns, journal::ThreadEnded,
                       journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;

    void on(const journal::StepBegun& e) {
        step_ = e.index;
        caller_ = {};
    }
    void on(const journal::Called& e) { caller_ = e.process; }
    void on(const journal::PortOpened& e) {
        out.ports[e.port] = step_;
        drivers_[e.port] = e.driver;
    }
    void on(const journal::ProcessEnded& e) {
        std::erase_if(out.loads, [&](const auto& load) { return load.first.second == e.process; });
    }
    void on(const journal::ApiCalled& e) {
        const auto driver = drivers_.find(e.port);
        if (driver != drivers_.end() && e.function == words::ApiFunction::driver_async)
            out.jobs[driver->second] = step_;
    }
    void on(const journal::Bound& e) {
        const auto value = term::decode(e.term);
        if (value && value->term.is(term::Term::Kind::reference))
            out.references.try_emplace(value->term.as_reference(), step_);
    }
    void on(const journal::DriverChanged& e) {
        Known& known = known_[e.driver];
        auto& loads = out.loads[{e.driver, caller_}];
        if (e.loads > known.loads) loads.push_back(step_);
        if (e.loads < known.loads && !loads.empty()) loads.pop_back();
        if (e.status != known.status && e.status != lifecycle::Status::ok) out.pending[e.driver] = step_;
        known = {e.loads, e.status};
    }

    Origins out;

private:
    struct Known {
        std::uint32_t loads = 0;
        lifecycle::Status status = lifecycle::Status::ok;
    };
    std::uint32_t step_ = 0;
    ProcessId caller_;
    std::map<PortId, DriverId> drivers_;
    std::map<DriverId, Known> known_;
};

OriginsReader::OriginsReader() : reader_(std::make_unique<Reader>()) {}

OriginsReader::~OriginsReader() = default;

void OriginsReader::see(const journal::Entry& entry) {
    reader_->read(entry);
}

const Origins& OriginsReader::origins() const {
    return reader_->out;
}

} // namespace ddll::session
