#pragma once
/// What a driver has, what the emulator says of it, and how calls and runs end: as the journal writes it down, and as
/// every reader of the journal takes it.
#include "words/words.h"

namespace ddll::words {

/// Callbacks as the members of ErlDrvEntry are spelled, and the entry points around them: `dlopen` are constructors,
/// `dlclose` destructors, `exit_handlers` destructors that exit() runs when the node halts, `thread` the function of a
/// thread that the driver made.
// clang-format off
#define DDLL_CALLBACKS(X)                                                                                              \
    X(dlopen) X(driver_init) X(init) X(start) X(stop) X(output) X(outputv) X(control) X(call) X(timeout) X(flush)      \
    X(ready_input) X(ready_output) X(ready_async) X(process_exit) X(stop_select) X(emergency_close) X(finish)          \
    X(async_invoke) X(async_free) X(thread) X(dlclose) X(exit_handlers)
// clang-format on
DDLL_PLAIN_WORDS(Callback, DDLL_CALLBACKS)

/// The callback's bit in a set of callbacks.
constexpr std::uint32_t bit(Callback callback) {
    return std::uint32_t{1} << static_cast<unsigned>(callback);
}
static_assert(count<Callback> <= 32);

/// Where a driver's name stands: nowhere, among the emulator's own drivers, or in the list of loaded libraries.
#define DDLL_PRESENCES(X) X(absent, "not loaded") X(linked_in, "linked in") X(dynamic, "loaded")
DDLL_WORDS(Presence, DDLL_PRESENCES)

/// The emulator's states of a loaded driver. Forced: ports were killed, so no port may be opened any more.
#define DDLL_STATUSES(X) X(ok) X(unload) X(forced_unload) X(reload) X(forced_reload) X(permanent)
DDLL_PLAIN_WORDS(Status, DDLL_STATUSES)

/// Why a library could not become a driver: the atoms of erl_ddll.
#define DDLL_LOAD_ERRORS(X)                                                                                            \
    X(open_error) X(no_driver_init) X(driver_init_failed) X(bad_driver_name) X(driver_incorrect_version)
DDLL_PLAIN_WORDS(LoadErrorKind, DDLL_LOAD_ERRORS)

/// How a call ended; a blocked one has not ended yet.
#define DDLL_OUTCOMES(X)                                                                                               \
    X(value, "value") X(raised_error, "error") X(raised_exit, "exit") X(raised_throw, "throw") X(blocked, "blocked")
DDLL_WORDS(Outcome, DDLL_OUTCOMES)

// The words of erl_ddll, each spelled as its atom: the items of info/2, options, what monitors wait for and are sent,
// and what a call answers and refuses with.
#define DDLL_INFO_ITEMS(X)                                                                                             \
    X(processes) X(driver_options) X(port_count) X(linked_in_driver) X(permanent) X(awaiting_load) X(awaiting_unload)
DDLL_PLAIN_WORDS(InfoItem, DDLL_INFO_ITEMS)
#define DDLL_PENDING_OPTIONS(X) X(pending) X(pending_driver)
DDLL_PLAIN_WORDS(PendingOption, DDLL_PENDING_OPTIONS)
#define DDLL_MONITOR_WHENS(X) X(loaded) X(unloaded) X(unloaded_only)
DDLL_PLAIN_WORDS(MonitorWhen, DDLL_MONITOR_WHENS)
#define DDLL_MONITOR_MESSAGES(X)                                                                                       \
    X(loaded) X(unloaded) X(unload_cancelled) X(load_cancelled) X(load_failure) X(permanent)
DDLL_PLAIN_WORDS(MonitorMessage, DDLL_MONITOR_MESSAGES)
#define DDLL_OK_STATUSES(X) X(loaded) X(already_loaded) X(pending_driver) X(pending_process)
DDLL_PLAIN_WORDS(OkStatus, DDLL_OK_STATUSES)
// clang-format off
#define DDLL_REFUSALS(X)                                                                                               \
    X(linked_in_driver) X(permanent) X(not_loaded) X(inconsistent) X(pending_process) X(not_loaded_by_this_process)    \
    X(pending_reload)
// clang-format on
DDLL_PLAIN_WORDS(Refusal, DDLL_REFUSALS)

/// How a driver's file is put in its place: beside the old one and renamed, written into the old one, or taken away.
#define DDLL_INSTALLS(X) X(rename) X(overwrite) X(remove)
DDLL_PLAIN_WORDS(InstallHow, DDLL_INSTALLS)

/// Who made a thread. Foreign: behind the API's back, by pthread_create or a library.
#define DDLL_THREADS(X)                                                                                                \
    X(emulator, "the emulator")                                                                                        \
    X(pool, "the async pool")                                                                                          \
    X(driver, "a driver")                                                                                              \
    X(foreign, "code outside of the driver API")
DDLL_WORDS(ThreadKind, DDLL_THREADS)

/// The locks of the driver API, and what is like one.
#define DDLL_SYNC_KINDS(X)                                                                                             \
    X(mutex, "mutex") X(cond, "condition variable") X(rwlock, "rwlock") X(port_data_lock, "port data lock")
DDLL_WORDS(SyncKind, DDLL_SYNC_KINDS)

/// How far a job of the async pool is.
#define DDLL_JOB_STATES(X) X(not_begun, "not begun") X(running, "running") X(done, "done")
DDLL_WORDS(JobState, DDLL_JOB_STATES)

/// Why an emulator can go no further. Not the driver's mistake as such, and never silently passed over. `not_simulated`
/// is a port of a driver that is part of the emulator itself; `no_rest` more steps than any scenario needs, a timer or
/// message loop that never ends; `journal_full` a driver that floods; `deadlock` threads that all wait for each other.
#define DDLL_IMPASSES(X)                                                                                               \
    X(not_simulated, "not simulated") X(no_rest, "no rest") X(journal_full, "journal full") X(deadlock, "deadlock")
DDLL_WORDS(ImpasseKind, DDLL_IMPASSES)

/// What a library left in its process when it was closed.
#define DDLL_RESIDUES(X)                                                                                               \
    X(descriptor, "open descriptor")                                                                                   \
    X(thread, "thread")                                                                                                \
    X(signal_handler, "signal handler")                                                                                \
    X(signal_stack, "signal stack")                                                                                    \
    X(timer, "timer of the system")                                                                                    \
    X(environment, "environment")                                                                                      \
    X(process_state, "state of the process")                                                                           \
    X(float_mode, "floating point mode")                                                                               \
    X(object, "library")                                                                                               \
    X(code_pointer, "pointer to its code")                                                                             \
    X(data_pointer, "pointer to its data")                                                                             \
    X(kept_function, "function that a known library keeps")                                                            \
    X(kept_memory, "memory that a known library keeps")                                                                \
    X(thread_at_halt, "thread under a halt")                                                                           \
    X(thread_key, "thread-specific key")                                                                               \
    X(exit_handler, "exit handler")                                                                                    \
    X(executable_stack, "executable stack")                                                                            \
    X(heap, "memory of malloc or new")                                                                                 \
    X(mapping, "memory of mmap")                                                                                       \
    X(name_elsewhere, "name outside of the library")                                                                   \
    X(scheduler_thread, "state of the thread that ran a callback")
DDLL_WORDS(Residue, DDLL_RESIDUES)

} // namespace ddll::words
