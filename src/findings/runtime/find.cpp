#include "findings/runtime/finders.h"
#include "journal/visitor.h"

#include <cstring>

namespace ddll::findings {

namespace {

class EveryRun : public journal::Visitor<EveryRun> {
public:
    explicit EveryRun(const RunNames& names) : reading_{names, {}}, pins_(reading_), misuses_(reading_) {}

    void see_asleep(const journal::Entry& entry) { misuses_.see_asleep(entry); }
    std::vector<Finding> take() {
        misuses_.find_refusals();
        return reading_.findings.take();
    }

private:
    friend journal::Visitor<EveryRun>;
    using Ignores = journal::Kinds<
        journal::StepBegun, journal::StepEnded, journal::Called, journal::Returned, journal::Delivered,
        journal::ProcessStarted, journal::ProcessEnded, journal::PortOpened, journal::PortClosing, journal::PortClosed,
        journal::DriverChanged, journal::ImageFailed, journal::FileInstalled, journal::ClockAdvanced, journal::Awaited,
        journal::PeerActed, journal::PeerReceived, journal::NumberChosen, journal::ClearedAway, journal::EntrySeen,
        journal::TookLong, journal::Logged, journal::Mismatched, journal::StepFailed, journal::Bound,
        journal::ThreadStarted, journal::ThreadEnded, journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;
    void on(const journal::ImageOpened& e) { pins_.see(e); }
    void on(const journal::ImageClosed& e) { pins_.see(e, entry().seq); }
    void on(const journal::Reloaded& e) { pins_.see(e, entry().seq); }
    void on(const journal::LeftBehind& e) { pins_.see(e); }
    void on(const journal::Misused& e) { misuses_.see(e, entry()); }
    void on(const journal::Entered& e) { misuses_.see(e, entry()); }
    void on(const journal::ApiCalled& e) { misuses_.see(e, entry()); }
    void on(const journal::Left& e) { misuses_.see(e, entry()); }
    void on(const journal::ThreadWaits& e) { misuses_.see(e); }
    void on(const journal::ThreadRuns& e) { misuses_.see(e); }

    RunReading reading_;
    Pins pins_;
    Misuses misuses_;
};

class CloseRun : private journal::Visitor<CloseRun> {
public:
    explicit CloseRun(const RunNames& names) : reading_{names, {}, 0, {}} {}

    void see(const journal::Entry& entry) {
        reading_.at = entry.seq;
        read(entry);
    }
    std::vector<Finding> take() {
        leftovers_.find();
        callbacks_.find();
        memory_.find();
        return reading_.findings.take();
    }

private:
    friend journal::Visitor<CloseRun>;
    using Ignores = journal::Kinds<
        journal::StepEnded, journal::Delivered, journal::ProcessStarted, journal::PortOpened, journal::PortClosing,
        journal::PortClosed, journal::Entered, journal::Reloaded, journal::ClockAdvanced, journal::Awaited,
        journal::PeerActed, journal::PeerReceived, journal::NumberChosen, journal::Misused, journal::Logged,
        journal::Mismatched, journal::StepFailed, journal::Bound, journal::ThreadStarted, journal::ThreadWaits,
        journal::ThreadRuns, journal::ThreadEnded, journal::ThreadLeftAlone, journal::Deadlocked, journal::Ended>;
    void on(const journal::StepBegun& e) { users_.see(e); }
    void on(const journal::Called& e) { users_.see(e); }
    void on(const journal::Returned& e) { users_.see(e); }
    void on(const journal::ProcessEnded& e) { users_.see(e); }
    void on(const journal::DriverChanged& e) { users_.see(e); }
    void on(const journal::FileInstalled& e) { loads_.see(e); }
    void on(const journal::ImageOpened& e) {
        loads_.see(e);
        memory_.see(e);
    }
    void on(const journal::ImageFailed& e) { loads_.see(e); }
    void on(const journal::EntrySeen& e) { loads_.see(e); }
    void on(const journal::ImageClosed& e) {
        loads_.see(e);
        leftovers_.see(e);
        memory_.see(e);
    }
    void on(const journal::LeftBehind& e) {
        leftovers_.see(e);
        memory_.see(e);
    }
    void on(const journal::ClearedAway& e) { leftovers_.see(e); }
    void on(const journal::Left& e) { callbacks_.see(e); }
    void on(const journal::TookLong& e) { callbacks_.see(e); }
    void on(const journal::ApiCalled& e) { callbacks_.see(e); }

    CloseReading reading_;
    Users users_{reading_};
    Loads loads_{reading_};
    Leftovers leftovers_{reading_};
    Memory memory_{reading_};
    Callbacks callbacks_{reading_};
};

} // namespace

std::uintptr_t address_in(std::string_view stack) {
    std::uintptr_t address = 0;
    if (stack.size() == sizeof address) std::memcpy(&address, stack.data(), sizeof address);
    return address;
}

Finding* RunReading::add(Rule rule, std::string subject, std::string evidence, std::uint64_t entry) {
    Finding* fresh = findings.add(finding_of(rule, std::move(subject), std::move(evidence)));
    if (fresh != nullptr) fresh->entry = entry;
    return fresh;
}

void CloseReading::add(words::RuleOf<words::by_probe> rule, DriverId driver, std::string evidence,
                       std::uintptr_t address) {
    add(rule, driver, std::move(evidence), address, words::row(rule).severity);
}

void CloseReading::add(words::RuleOf<words::by_probe> rule, DriverId driver, std::string evidence,
                       std::uintptr_t address, Severity severity, std::string fix) {
    Finding* fresh = findings.add(finding_of(rule, names.driver(driver), std::move(evidence)));
    if (fresh == nullptr) return;
    fresh->entry = at;
    fresh->severity = severity;
    fresh->fix = std::move(fix);
    if (address != 0) fresh->stack.push_back(address);
}

std::string CloseReading::with_place(std::string_view text, std::uintptr_t address) const {
    std::string out(text);
    if (const std::string place = names.place && address != 0 ? names.place(address, at) : ""; !place.empty())
        out += " (" + place + ")";
    return out;
}

std::vector<Finding> find_in_run(const journal::Journal& journal, const RunNames& names,
                                 const std::vector<std::uint64_t>& asleep_at) {
    EveryRun readers(names);
    auto asleep = asleep_at.begin();
    for (const journal::Entry& entry : journal) {
        readers.read(entry);
        for (; asleep != asleep_at.end() && *asleep == entry.seq; ++asleep) readers.see_asleep(entry);
    }
    return readers.take();
}

std::vector<Finding> find_closely(const journal::Journal& journal, const RunNames& names) {
    CloseRun readers(names);
    for (const journal::Entry& entry : journal) readers.see(entry);
    return readers.take();
}

} // namespace ddll::findings
