#pragma once
/// journal/ is what happened: one append-only list, in memory that the parent owns, written in binary by the child.
/// It knows numbers, names and bytes; it has no idea what a rule or a driver is. Read next: journal.h (write, read).
///
/// Entry is a view: its strings point into the journal (when read) or at the writer's own text (when written), so a
/// journal must outlive the entries read from it. Adding a kind: a struct here, its place in the variant, its row in
/// kinds.h; the compiler then lists the readers that have to say something about it.
#include "base/id.h"
#include "base/time.h"
#include "words/driver_api.h"
#include "words/emulator.h"
#include "words/facts.h"
#include "words/lifecycle_rows.h"
#include "words/rule.h"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace ddll::journal {

using words::ApiFunction;
using words::Callback;
using words::Outcome;

/// A scenario step begins. `index` counts from 0 over the flattened scenario.
struct StepBegun {
    std::uint32_t index = 0;
};
struct StepEnded {
    std::uint32_t index = 0;
};
/// A process performs an action; `text` is the Erlang call.
struct Called {
    ProcessId process;
    std::string_view text;
    words::LoadCall asks = words::LoadCall::none; ///< of erl_ddll
};
/// What an action returned; `term` in external format (reason when raised, empty when blocked).
struct Returned {
    ProcessId process;
    Outcome outcome = Outcome::value;
    bool late = false; ///< the process had been blocked in an earlier step
    std::string_view term;
};
/// A message entered a mailbox. `from_port` or `from_process` may both be none (the emulator itself).
struct Delivered {
    ProcessId to;
    PortId from_port;
    ProcessId from_process;
    std::string_view term;
};
struct ProcessStarted {
    ProcessId process;
    std::string_view name; ///< the scenario's
};
struct ProcessEnded {
    ProcessId process;
    std::string_view reason; ///< external format
};
struct PortOpened {
    PortId port;
    DriverId driver;
    ProcessId owner;
    std::string_view name; ///< the whole open_port text
};
/// Links and monitors were told; `reason` in external format. `draining`: the queue is not empty, stop comes later.
struct PortClosing {
    PortId port;
    bool draining = false;
    std::string_view reason;
};
/// stop has returned: handles are stale from here on.
struct PortClosed {
    PortId port;
};
struct Entered {
    Callback callback = Callback::init;
    DriverId driver;
    PortId port;           ///< none for driver-wide callbacks
    ProcessId caller;      ///< on whose behalf, or none
    ImageId image;         ///< the code that runs
    std::uint64_t a = 0;   ///< command of control and call, length of output, descriptor of ready_*
    std::string_view data; ///< start's command text; the first bytes of output, control and call
};
struct Left {
    Callback callback = Callback::init;
    PortId port;
    std::int64_t result = 0;
};
/// A driver API function was called.
struct ApiCalled {
    ApiFunction function = ApiFunction::none;
    PortId port;
    std::int64_t a = 0, b = 0;
    std::int64_t result = 0;
};
/// A process and how often it has loaded a driver.
struct UserLoads {
    ProcessId process;
    std::uint64_t loads = 0;
};
/// A driver record changed.
struct DriverChanged {
    DriverId driver;
    words::Presence presence = words::Presence::absent;
    words::Status status = words::Status::ok;
    std::uint32_t ports = 0, holds = 0, loads = 0;
    std::string_view name;
    std::uint32_t jobs = 0;                              ///< async jobs of it that are out
    std::string_view users{};                            ///< UserLoads each, of one process maybe several
    words::LifecycleRow row = words::LifecycleRow::none; ///< the rule by which it did
};
struct ImageOpened {
    ImageId image;
    DriverId driver;
    bool was_mapped = false;         ///< the loader gave an object that had never left
    bool differs = false;            ///< what is mapped is not what the path names now
    std::uint64_t base = 0, end = 0; ///< for stacks only; never printed
    std::uint64_t content_hash = 0;  ///< of the file at that moment
    std::string_view path;
    std::string_view build_id;
};
struct ImageFailed {
    DriverId driver;
    words::LoadErrorKind kind = words::LoadErrorKind::open_error;
    std::string_view path;
    std::string_view text; ///< dlerror's, or what was wrong with the entry
    words::LoaderRefusal refusal = words::LoaderRefusal::none;
};
struct ImageClosed {
    ImageId image;
    DriverId driver;
    bool gone = false; ///< the mapping really left memory
};
/// After a reload: is what runs the file that was asked for, and did the old code leave?
struct Reloaded {
    DriverId driver;
    ImageId before, after;
    bool old_gone = false;
    bool new_runs = false;
};
struct FileInstalled {
    words::InstallHow how = words::InstallHow::rename;
    std::string_view path;
    std::string_view version; ///< empty for remove
};
struct ClockAdvanced {
    std::int64_t by_ns = 0;
};
/// The scenario waited in real time for the outside world: another run of it may differ.
struct Awaited {
    std::int64_t longest_ns = 0;
};
/// A peer of the scenario did something.
struct PeerActed {
    std::string_view peer;
    std::string_view what; ///< "connects to 5555"
};
/// Something arrived at a peer: a binary, or the atoms closed and reset; `term` in external format. What arrives
/// together may be several entries.
struct PeerReceived {
    std::string_view peer;
    std::string_view term;
};
/// The system chose a number (a TCP port), which is another one in the next run; reports show the name in its place.
struct NumberChosen {
    std::string_view name; ///< the variable that holds it
    std::uint64_t number = 0;
};
/// The driver did something wrong.
struct Misused {
    words::Rule rule{};
    ApiFunction function = ApiFunction::none;
    PortId port;
    std::string_view detail;
    std::string_view stack; ///< driver code that led there, innermost first: std::uintptr_t each, never printed
};
/// What the emulator clears away with a port, in silence: a timer, bytes in its queue, monitors, async jobs. Nothing is
/// wrong with that, but a driver's author may not have meant it.
struct ClearedAway {
    PortId port;
    ApiFunction function = ApiFunction::none; ///< that made it
    std::string_view what;
    std::string_view stack; ///< as in Misused, one address: where it was made
    words::Cleared cleared = words::Cleared::timer;
};
/// What a library left in the process when it was closed; only in runs that look for it.
struct LeftBehind {
    DriverId driver;
    ImageId image;
    words::Residue kind = words::Residue::descriptor;
    std::string_view text;
    std::string_view stack;     ///< as in Misused, one address of the library: where it leads to
    std::int64_t bytes = 0;     ///< of heap or mapping: how much more than before the load
    std::string_view path = {}; ///< of a library
    std::uint64_t calls = 0;    ///< of heap or mapping: in so many callbacks it was asked for
    bool lost = false;          ///< of heap or mapping: nothing in the process refers to it any more
};
/// The entry that driver_init gave; only in runs that look for it.
struct EntrySeen {
    DriverId driver;
    ImageId image;
    std::uint32_t flags = 0;
    std::uint32_t callbacks = 0; ///< a bit for each Callback that is there
    std::int32_t major = 0, minor = 0;
    std::uint64_t control = 0, call = 0; ///< where these callbacks lie in the image; 0 for none, or elsewhere
};
/// A callback, or the loader, kept the emulator's thread for long; only in runs that look for it. In real time, so
/// another run may differ.
struct TookLong {
    Callback callback = Callback::init;
    DriverId driver;
    PortId port;
    std::int64_t cpu_ns = 0; ///< of which the thread computed
    std::int64_t wall_ns = 0;
};
/// What the emulator would have written to its log.
struct Logged {
    std::string_view text;
};
/// An expectation of the scenario did not hold.
struct Mismatched {
    std::uint32_t index = 0; ///< step
    std::string_view what;   ///< "returns", "receives alice", ...
    std::string_view expected;
    std::string_view got;
    bool of_return = false; ///< it is about what the step's call returned
};
/// The step could not be done at all: it needs what is not simulated, or a limit was passed.
struct StepFailed {
    std::uint32_t index = 0;
    words::ImpasseKind kind = words::ImpasseKind::not_simulated;
    std::string_view text;
};
/// A variable of the scenario got its value.
struct Bound {
    std::string_view name;
    std::string_view term; ///< external format
};
/// A thread came into being.
struct ThreadStarted {
    std::uint16_t thread = 0;
    words::ThreadKind kind = words::ThreadKind::emulator;
    DriverId driver; ///< whose code made it, or none
    std::string_view name;
};
/// The thread waits inside the driver API, for what `text` names; others may run.
struct ThreadWaits {
    std::uint16_t thread = 0;
    std::string_view text;
};
/// Threads take turns: from here on this one runs.
struct ThreadRuns {
    std::uint16_t thread = 0;
};
struct ThreadEnded {
    std::uint16_t thread = 0;
};
/// The thread waits where the host cannot see what for; it runs by itself from here on.
struct ThreadLeftAlone {
    std::uint16_t thread = 0;
};
/// Nobody can go on any more.
struct Deadlocked {
    std::string_view text;
};
/// The scenario came to its end.
struct Ended {};

using Event =
    std::variant<StepBegun, StepEnded, Called, Returned, Delivered, ProcessStarted, ProcessEnded, PortOpened,
                 PortClosing, PortClosed, Entered, Left, ApiCalled, DriverChanged, ImageOpened, ImageFailed,
                 ImageClosed, Reloaded, FileInstalled, ClockAdvanced, Awaited, PeerActed, PeerReceived, NumberChosen,
                 Misused, ClearedAway, LeftBehind, EntrySeen, TookLong, Logged, Mismatched, StepFailed, Bound,
                 ThreadStarted, ThreadWaits, ThreadRuns, ThreadEnded, ThreadLeftAlone, Deadlocked, Ended>;

/// Longer payloads are cut to this many bytes when they are written. A term that was cut cannot be decoded.
inline constexpr std::size_t payload_limit = 64 * 1024;

struct Entry {
    std::uint64_t seq = 0; ///< from 1, without gaps
    VirtualTime time;
    std::uint16_t thread = 0; ///< 0 is the emulator thread
    Event event;
    bool cut = false; ///< a payload was longer than payload_limit: only its beginning is here
};

} // namespace ddll::journal
