#pragma once
/// Who is who in a journal: numbers to the names a reader knows. Names are known from the start; what changes (which
/// file a path named, which ports are open) is answered for the entries fed so far, in order.
#include "journal/text.h"
#include "journal/visitor.h"
#include "report/report.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::report {

class Naming : private journal::Visitor<Naming> {
public:
    /// Keeps a reference: `result` must outlive this, and this must outlive what words() gave.
    explicit Naming(const scenario::RunResult& result);
    Naming(const Naming&) = delete;

    /// Names that never change, read ahead: for entries written since this was made, before they are observed.
    void know(const journal::Entry& entry);
    void observe(const journal::Entry& entry) { read(entry); }

    std::string process(ProcessId id) const;                ///< alice
    std::string port(PortId id) const;                      ///< P, or #Port<0.5>
    std::string driver(DriverId id) const;                  ///< counter
    std::string version(ImageId id) const;                  ///< v1, empty when the scenario has no name for it
    std::string build_id(ImageId id) const;                 ///< the first digits, empty when the file has none
    std::string code(DriverId driver, ImageId image) const; ///< counter/v1

    /// The same knowledge as the journal's own writers want it.
    const journal::Names& words() const { return words_; }

    /// Ports of the driver that are open or still closing, oldest first.
    std::vector<PortId> ports_of(DriverId id) const;

private:
    friend journal::Visitor<Naming>;
    using Ignores =
        journal::Kinds<journal::StepBegun, journal::StepEnded, journal::Called, journal::Returned, journal::Delivered,
                       journal::ProcessEnded, journal::PortClosing, journal::Entered, journal::Left, journal::ApiCalled,
                       journal::ImageFailed, journal::ImageClosed, journal::Reloaded, journal::ClockAdvanced,
                       journal::Awaited, journal::PeerActed, journal::PeerReceived, journal::NumberChosen,
                       journal::Misused, journal::ClearedAway, journal::LeftBehind, journal::EntrySeen,
                       journal::TookLong, journal::Logged, journal::Mismatched, journal::StepFailed, journal::Bound,
                       journal::ThreadStarted, journal::ThreadWaits, journal::ThreadRuns, journal::ThreadEnded,
                       journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;
    void on(const journal::ProcessStarted& event);
    void on(const journal::DriverChanged& event);
    void on(const journal::FileInstalled& event);
    void on(const journal::ImageOpened& event);
    void on(const journal::PortOpened& event);
    void on(const journal::PortClosed& event);

    struct Image {
        std::string version, build_id;
        std::uint64_t base = 0;
    };
    struct Port {
        PortId id;
        DriverId driver;
    };

    const scenario::RunResult& result_;
    journal::Names words_;
    std::map<ProcessId, std::string> processes_;
    std::map<DriverId, std::string> drivers_;
    std::map<ImageId, Image> images_;
    std::map<std::string, std::string> installed_; ///< path without .so to version
    std::vector<Port> ports_;
};

} // namespace ddll::report
