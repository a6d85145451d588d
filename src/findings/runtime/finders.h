#pragma once
/// Who reads what of a journal: each class sees the entries of its theme, in the order of the journal, and adds to one
/// list. Internal to findings/runtime/; find.cpp gives every entry to those that want it.
#include "findings/runtime/find.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::findings {

/// The address in a journaled stack of one; 0 for none.
std::uintptr_t address_in(std::string_view stack);

// --- in every run
// -----------------------------------------------------------------------------------------------------

/// Where the readers of every run put what they find.
struct RunReading {
    const RunNames& names;
    FindingList findings;

    /// The finding, unless it is known already.
    Finding* add(Rule rule, std::string subject, std::string evidence, std::uint64_t entry);
};

/// Libraries that stay in memory, and reloads that changed nothing. pins.cpp
class Pins {
public:
    explicit Pins(RunReading& reading) : reading_(reading) {}
    void see(const journal::ImageOpened& opened) { paths_[opened.image] = opened.path; }
    void see(const journal::LeftBehind& left);
    void see(const journal::ImageClosed& closed, std::uint64_t entry);
    void see(const journal::Reloaded& reloaded, std::uint64_t entry);

private:
    RunReading& reading_;
    std::map<ImageId, std::string> paths_;
    std::map<std::string, std::string> others_; ///< by path: a library that stayed beside it
};

/// What the host itself reported, and callbacks that sleep. misuses.cpp
class Misuses {
public:
    explicit Misuses(RunReading& reading) : reading_(reading) {}
    void see(const journal::Misused& misused, const journal::Entry& entry);
    void see(const journal::Entered& entered, const journal::Entry& entry) {
        running_[entry.thread].push_back({entered.callback, entered.driver});
    }
    void see(const journal::ApiCalled& called, const journal::Entry& entry);
    void see(const journal::Left&, const journal::Entry& entry);
    void see(const journal::ThreadWaits& waits) { emulator_waits_ |= waits.thread == emulator_thread; }
    void see(const journal::ThreadRuns& runs) { emulator_waits_ &= runs.thread != emulator_thread; }
    /// The emulator thread slept for long at this entry.
    void see_asleep(const journal::Entry& entry);
    /// At the end: refusals, those that the driver took well last.
    void find_refusals();

private:
    /// A term that was refused, with -1. A driver that then sends something else has looked at the answer.
    struct Refusal {
        std::uint16_t thread = 0;
        std::size_t depth = 0; ///< callbacks that were running
        Finding finding;
        bool pending = true, taken_well = false;
    };
    void end_refusals(std::uint16_t thread, std::size_t depth);

    /// Where it happened, as near as is known: the driver's source line, else the callback.
    std::string place_of(const std::vector<std::uintptr_t>& stack, const journal::Entry& entry) const;

    static constexpr std::uint16_t emulator_thread = 0;
    struct Running {
        journal::Callback callback;
        DriverId driver;
    };
    RunReading& reading_;
    std::map<std::uint16_t, std::vector<Running>> running_; ///< by thread, outermost first
    std::vector<Refusal> refusals_;
    bool emulator_waits_ = false;
};

// --- in runs that look closely
// ----------------------------------------------------------------------------------------

/// What the readers of such a run share: the drivers as they are at an entry, and the list.
struct CloseReading {
    struct Driver {
        bool waits = false; ///< is being unloaded or reloaded
        words::Status status = words::Status::ok;
        std::uint32_t loads = 0;
    };
    const RunNames& names;
    FindingList findings;
    std::uint64_t at = 0; ///< the entry that is read
    std::map<DriverId, Driver> drivers;

    void add(words::RuleOf<words::by_probe> rule, DriverId driver, std::string evidence, std::uintptr_t address = 0);
    /// Less grave, or graver, than the rule; `fix` where its advice does not fit.
    void add(words::RuleOf<words::by_probe> rule, DriverId driver, std::string evidence, std::uintptr_t address,
             Severity severity, std::string fix = {});
    /// The one driver that most runs have.
    DriverId first_driver() const { return drivers.empty() ? DriverId{} : drivers.begin()->first; }
    /// The text with the place of the address, where that is known.
    std::string with_place(std::string_view text, std::uintptr_t address) const;
};

/// Who loads, unloads and keeps a driver, and what erl_ddll answers. users.cpp
class Users {
public:
    explicit Users(CloseReading& reading) : reading_(reading) {}
    void see(const journal::DriverChanged& changed);
    void see(const journal::StepBegun&) { unload_asked_ = false; }
    void see(const journal::Called& called);
    void see(const journal::Returned& returned);
    void see(const journal::ProcessEnded& ended);

private:
    CloseReading& reading_;
    bool unload_asked_ = false; ///< the call under way asks for it
    std::map<ProcessId, words::LoadCall> calls_;
    std::set<ProcessId> loaders_; ///< that have loaded a driver
};

/// Loads that fail, files that change under a mapping, and how versions differ. loads.cpp
class Loads {
public:
    explicit Loads(CloseReading& reading) : reading_(reading) {}
    void see(const journal::FileInstalled& installed);
    void see(const journal::ImageOpened& opened);
    void see(const journal::ImageFailed& failed);
    void see(const journal::ImageClosed& closed) { mapped_.erase(closed.image); }
    void see(const journal::EntrySeen& entry);

private:
    void compare(const journal::EntrySeen& before, const journal::EntrySeen& now);

    CloseReading& reading_;
    std::map<ImageId, std::string> mapped_; ///< to the path
    std::map<ImageId, DriverId> driver_of_;
    std::map<DriverId, journal::EntrySeen> entries_;
};

/// What a driver leaves in the process or with its ports. leftovers.cpp
class Leftovers {
public:
    explicit Leftovers(CloseReading& reading) : reading_(reading) {}
    void see(const journal::LeftBehind& left);
    void see(const journal::ClearedAway& cleared);
    void see(const journal::ImageClosed& closed);
    /// At the end: what was left of a library that was never closed.
    void find() { tell_running(true); }

private:
    void see_thread(const journal::LeftBehind& left);
    /// `text` is that of the entry, with its place.
    void see_kept(const journal::LeftBehind& left, const std::string& text);
    struct Kept {
        std::string text;
        std::uintptr_t address;
        Severity severity;
    };
    void tell_kept(words::RuleOf<words::by_probe> rule, DriverId driver, std::vector<Kept>& kept);
    std::string_view runtime_of(ImageId image) const;

    /// Code that runs, or may, after the unload.
    struct Running {
        words::RuleOf<words::by_probe> rule;
        DriverId driver;
        std::string text;
        std::uintptr_t address;
        Severity severity;
        std::uint64_t entry;
    };
    void tell_running(bool code_gone);

    struct Object {
        ImageId image;
        std::string path;
        std::uint64_t entry;
    };
    CloseReading& reading_;
    std::vector<Kept> kept_functions_, kept_memory_; ///< the gravest so far, until the library is closed
    std::vector<Running> running_;                   ///< until the library is closed: it may stay itself
    std::vector<Object> objects_;                    ///< libraries that stayed, until that of the driver is closed
};

/// Memory of malloc and mmap that is not given back. memory.cpp
class Memory {
public:
    explicit Memory(CloseReading& reading) : reading_(reading) {}
    void see(const journal::ImageOpened& opened) { bases_[opened.image] = opened.base; }
    void see(const journal::LeftBehind& left);
    void see(const journal::ImageClosed& closed);
    /// At the end: what grows from load to load, and what nothing refers to any more.
    void find();

private:
    /// From where memory was asked for.
    struct Source {
        words::Residue kind;
        std::uint64_t offset; ///< in the driver's library; 0 where that is unknown
        std::string library;  ///< another one, where none of the driver was seen
        auto operator<=>(const Source&) const = default;
    };
    struct Amount {
        std::int64_t bytes = 0;
        std::uint64_t calls = 0;
    };
    struct Leak {
        std::map<std::size_t, Amount> grown; ///< by the number of the load
        Amount lost;                         ///< in one load, the most
        std::uintptr_t address = 0;
        std::uint64_t entry = 0;
    };
    struct Driver {
        DriverId id;
        ImageId image;
        std::size_t loads = 0; ///< that have ended
        std::map<Source, Leak> leaks;
    };
    struct Told {
        const Source* source;
        const Leak* leak;
        Amount least; ///< in each of the last loads, or lost in one
        bool in_each; ///< the first of these
    };
    static std::optional<Told> judge(const Driver& driver, const Source& source, const Leak& leak);
    void tell(const Driver& driver, words::RuleOf<words::by_probe> rule, words::Residue kind);
    std::string text_of(const Told& told) const;

    CloseReading& reading_;
    std::map<ImageId, std::uint64_t> bases_;
    std::map<std::string, Driver> drivers_; ///< by name
};

/// Callbacks that take long, and what they say to closed ports. callbacks.cpp
class Callbacks {
public:
    explicit Callbacks(CloseReading& reading) : reading_(reading) {}
    void see(const journal::TookLong& took);
    void see(const journal::Left& left) { ++calls_[left.callback]; }
    void see(const journal::ApiCalled& called);
    /// At the end: what took long again and again.
    void find();

private:
    struct Slow {
        DriverId driver;
        std::int64_t longest = 0;
        std::uint64_t times = 0, entry = 0;
    };
    CloseReading& reading_;
    std::map<words::Callback, Slow> slow_;
    std::map<words::Callback, std::uint64_t> calls_;
};

} // namespace ddll::findings
