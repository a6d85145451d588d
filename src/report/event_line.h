#pragma once
/// What one journal entry says, in the words of every report: the log of a run, its timeline and what is drawn from
/// that. Whom it concerns and whether it is worth showing is their business.
#include "journal/entry.h"
#include "report/naming.h"

#include <cstdint>
#include <optional>
#include <string>

namespace ddll::report {

enum class LineKind : std::uint8_t {
    step,    ///< a step begins
    call,    ///< a process performs an action
    returns, ///< a value
    raises,  ///< an exception
    blocks,
    message, ///< arrived in a mailbox
    starts,  ///< a process
    ends,    ///< a process
    opens,   ///< a port
    closes,  ///< a port; stop may come later
    closed,  ///< a port is gone
    runs,    ///< a callback
    leaves,  ///< a callback
    api,     ///< a call of the driver API
    state,   ///< of a driver, in words
    loader,  ///< libraries opened
    proof,   ///< what is in memory now
    misuse,
    gone,    ///< what the emulator cleared away with a port
    outside, ///< what came from outside the scenario
    log,     ///< what the emulator would have logged
    thread,  ///< a thread of the driver's waits or goes on
    trouble, ///< the step could not be done, or an expectation failed
    died,    ///< the whole run
};
const char* name(LineKind kind); ///< "step", "call", ...; "FAILED" for trouble

struct EventLine {
    LineKind kind = LineKind::log;
    std::string text;
    bool bad = false;   ///< deserves attention
    bool minor = false; ///< only for those who want everything
};

/// Nothing for entries that are said elsewhere. `naming` has observed all entries up to this one.
std::optional<EventLine> event_line(const journal::Entry& entry, const Naming& naming);

} // namespace ddll::report
