#pragma once
/// What runs show. Three readers: of the journal of any run, of the journal of a run that looked closely
/// (host::Options::probe), and of the way in which a run ended early. Read next: finders.h.
#include "findings/finding.h"
#include "image/elf_facts.h"
#include "journal/journal.h"
#include "words/facts.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ddll::findings {

/// What is known about an opened library besides the journal.
struct ImageNote {
    std::string label;                      ///< "counter/v1"
    const image::ElfFacts* facts = nullptr; ///< of its file, or nullptr
};

/// What the caller calls the things that a journal has numbers for. `place` may be empty.
struct RunNames {
    std::function<ImageNote(ImageId)> image;
    std::function<std::string(DriverId)> driver;
    std::function<std::string(PortId)> port;
    /// "counter.c:42 in counter_control" for an address that was journaled in an entry; empty when unknown.
    std::function<std::string(std::uintptr_t, std::uint64_t entry)> place;
};

/// All findings in the order of the journal. The same thing said again (same rule, same subject) is said once, with a
/// count in its evidence.
/// At each of the entries `asleep_at`, in their order, the emulator thread slept for long.
std::vector<Finding> find_in_run(const journal::Journal& journal, const RunNames& names,
                                 const std::vector<std::uint64_t>& asleep_at = {});

/// What a run that looked closely says about replacing a driver: what was left in the process, how the versions differ,
/// what took long, why a load failed. Beside find_in_run.
std::vector<Finding> find_closely(const journal::Journal& journal, const RunNames& names);

/// How a run was ended by its driver, as far as rules speak of it.
struct CrashNote {
    std::optional<journal::Callback> callback; ///< that was running
    std::string driver;
    int signal = 0; ///< 0 when it ended otherwise
    words::Fatal fatal = words::Fatal::none;
    bool exception = false; ///< that nobody caught
    bool exited = false, timed_out = false, stack_exhausted = false;
    bool in_unloaded_code = false; ///< it ran, or touched, what had been a library of a driver
    /// The node had halted, and static destructors of drivers were run, or had been; threads of theirs that still ran.
    bool at_halt = false;
    std::vector<std::string> threads_at_halt = {};
    std::string headline;
};
/// Nothing when no rule speaks of it.
std::optional<Finding> find_in_crash(const CrashNote& crash);

} // namespace ddll::findings
