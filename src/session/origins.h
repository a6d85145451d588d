#pragma once
/// Which step made what: read from the journal.
#include "journal/visitor.h"
#include "lifecycle/record.h"

#include <map>
#include <utility>
#include <vector>

namespace ddll::session {

/// Steps count from 0.
struct Origins {
    std::map<PortId, std::uint32_t> ports;                                      ///< opened
    std::map<std::pair<DriverId, ProcessId>, std::vector<std::uint32_t>> loads; ///< that still count, oldest first
    std::map<std::uint64_t, std::uint32_t> references;                          ///< handed out
    std::map<DriverId, std::uint32_t> jobs;                                     ///< the last driver_async
    std::map<DriverId, std::uint32_t> pending;                                  ///< since when it waits
};

/// Reads them as the journal grows.
class OriginsReader : private journal::Visitor<OriginsReader> {
public:
    /// Each entry once, in their order.
    void see(const journal::Entry& entry) { read(entry); }
    const Origins& origins() const { return origins_; }

private:
    friend journal::Visitor<OriginsReader>;
    using Ignores =
        journal::Kinds<journal::StepEnded, journal::Returned, journal::Delivered, journal::ProcessStarted,
                       journal::PortClosing, journal::PortClosed, journal::Entered, journal::Left, journal::ImageOpened,
                       journal::ImageFailed, journal::ImageClosed, journal::Reloaded, journal::FileInstalled,
                       journal::ClockAdvanced, journal::Awaited, journal::PeerActed, journal::PeerReceived,
                       journal::NumberChosen, journal::Misused, journal::ClearedAway, journal::LeftBehind,
                       journal::EntrySeen, journal::TookLong, journal::Logged, journal::Mismatched, journal::StepFailed,
                       journal::ThreadStarted, journal::ThreadWaits, journal::ThreadRuns, journal::ThreadEnded,
                       journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;
    void on(const journal::StepBegun& e);
    void on(const journal::Called& e);
    void on(const journal::PortOpened& e);
    void on(const journal::ProcessEnded& e);
    void on(const journal::ApiCalled& e);
    void on(const journal::Bound& e);
    void on(const journal::DriverChanged& e);

    struct Known {
        std::uint32_t loads = 0;
        lifecycle::Status status = lifecycle::Status::ok;
    };
    std::uint32_t step_ = 0;
    ProcessId caller_;
    std::map<PortId, DriverId> drivers_;
    std::map<DriverId, Known> known_;
    Origins origins_;
};

} // namespace ddll::session
