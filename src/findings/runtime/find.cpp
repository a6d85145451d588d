#include "findings/runtime/finders.h"

#include <cstring>
#include <variant>

namespace ddll::findings {

namespace {

class EveryRun {
public:
    explicit EveryRun(const RunNames& names) : reading_{names, {}}, pins_(reading_), misuses_(reading_) {}

    void see(const journal::Entry& entry) {
        std::visit([&](const auto& event) { (*this)(event, entry); }, entry.event);
    }
    void see_asleep(const journal::Entry& entry) { misuses_.see_asleep(entry); }
    std::vector<Finding> take() { return reading_.findings.take(); }

private:
    template <class E>
    void operator()(const E&, const journal::Entry&) {}
    void operator()(const journal::ImageOpened& e, const journal::Entry&) { pins_.see(e); }
    void operator()(const journal::ImageClosed& e, const journal::Entry& entry) { pins_.see(e, entry.seq); }
    void operator()(const journal::Reloaded& e, const journal::Entry& entry) { pins_.see(e, entry.seq); }
    void operator()(const journal::LeftBehind& e, const journal::Entry&) { pins_.see(e); }
    void operator()(const journal::Misused& e, const journal::Entry& entry) { misuses_.see(e, entry); }
    void operator()(const journal::Entered& e, const journal::Entry& entry) { misuses_.see(e, entry); }
    void operator()(const journal::Left& e, const journal::Entry& entry) { misuses_.see(e, entry); }
    void operator()(const journal::ThreadWaits& e, const journal::Entry&) { misuses_.see(e); }
    void operator()(const journal::ThreadRuns& e, const journal::Entry&) { misuses_.see(e); }

    RunReading reading_;
    Pins pins_;
    Misuses misuses_;
};

class CloseRun {
public:
    explicit CloseRun(const RunNames& names) : reading_{names, {}, 0, {}} {}

    void see(const journal::Entry& entry) {
        reading_.at = entry.seq;
        std::visit([&](const auto& event) { (*this)(event); }, entry.event);
    }
    std::vector<Finding> take() {
        leftovers_.find_growth();
        return reading_.findings.take();
    }

private:
    template <class E>
    void operator()(const E&) {}
    void operator()(const journal::StepBegun& e) { users_.see(e); }
    void operator()(const journal::Called& e) { users_.see(e); }
    void operator()(const journal::Returned& e) { users_.see(e); }
    void operator()(const journal::ProcessEnded& e) { users_.see(e); }
    void operator()(const journal::DriverChanged& e) { users_.see(e); }
    void operator()(const journal::FileInstalled& e) { loads_.see(e); }
    void operator()(const journal::ImageOpened& e) { loads_.see(e); }
    void operator()(const journal::ImageFailed& e) { loads_.see(e); }
    void operator()(const journal::EntrySeen& e) { loads_.see(e); }
    void operator()(const journal::ImageClosed& e) {
        loads_.see(e);
        leftovers_.see(e);
    }
    void operator()(const journal::LeftBehind& e) { leftovers_.see(e); }
    void operator()(const journal::ClearedAway& e) { leftovers_.see(e); }
    void operator()(const journal::TookLong& e) { callbacks_.see(e); }
    void operator()(const journal::ApiCalled& e) { callbacks_.see(e); }

    CloseReading reading_;
    Users users_{reading_};
    Loads loads_{reading_};
    Leftovers leftovers_{reading_};
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
                       std::uintptr_t address, Severity severity) {
    Finding* fresh = findings.add(finding_of(rule, names.driver(driver), std::move(evidence)));
    if (fresh == nullptr) return;
    fresh->entry = at;
    fresh->severity = severity;
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
        readers.see(entry);
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
