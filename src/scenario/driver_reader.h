#pragma once
/// What a journal says of the drivers at the moment it was read to: what `expect` steps look at.
#include "journal/visitor.h"
#include "lifecycle/record.h"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace ddll::scenario {

struct DriverView {
    std::string name;
    lifecycle::Presence presence = lifecycle::Presence::absent;
    lifecycle::Status status = lifecycle::Status::ok;
    std::uint32_t port_count = 0;
    std::uint32_t jobs = 0;                     ///< async jobs that are out
    std::map<std::string, std::uint32_t> users; ///< loads, by the scenario's name of the process
    std::set<PortId> ports;                     ///< in order of opening
    ImageId image;                              ///< none: no library is open
};

/// What is known of the last removal or replacement of a driver of one name.
struct Replacement {
    bool reloaded = false;
    bool old_gone = false; ///< the library that was there has left memory
    bool new_runs = false; ///< the file that was asked for is what runs
};

class DriverReader : private journal::Visitor<DriverReader> {
public:
    void see(const journal::Entry& entry) { read(entry); }

    /// The newest of that name that is loaded or linked in, or null.
    const DriverView* find(std::string_view name) const;
    const Replacement* replacement(const std::string& name) const;
    const std::string& name(DriverId id) const; ///< empty when it is not known

private:
    friend journal::Visitor<DriverReader>;
    using Ignores = journal::Kinds<journal::StepBegun, journal::StepEnded, journal::Called, journal::Returned,
                                   journal::Delivered, journal::ProcessEnded, journal::PortClosing, journal::Entered,
                                   journal::Left, journal::ApiCalled, journal::FileInstalled, journal::ClockAdvanced,
                                   journal::Awaited, journal::PeerActed, journal::PeerReceived, journal::NumberChosen,
                                   journal::Misused, journal::ClearedAway, journal::LeftBehind, journal::EntrySeen,
                                   journal::TookLong, journal::Logged, journal::Mismatched, journal::StepFailed,
                                   journal::Bound, journal::ThreadStarted, journal::ThreadWaits, journal::ThreadRuns,
                                   journal::ThreadEnded, journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;
    void on(const journal::ProcessStarted& started) { processes_[started.process] = started.name; }
    void on(const journal::PortOpened& event);
    void on(const journal::PortClosed& event);
    void on(const journal::DriverChanged& event);
    void on(const journal::ImageOpened& opened) { drivers_[opened.driver].image = opened.image; }
    void on(const journal::ImageFailed& event);
    void on(const journal::ImageClosed& event);
    void on(const journal::Reloaded& event);

    std::map<ProcessId, std::string> processes_;
    std::map<DriverId, DriverView> drivers_;
    std::map<PortId, DriverId> ports_;
    std::set<ImageId> refused_; ///< opened and no driver: that they go replaces nothing
    std::map<std::string, Replacement> replacements_;
};

} // namespace ddll::scenario
