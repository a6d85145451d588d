#pragma once
/// What a driver has, what the emulator says of it, and how calls and runs end: as the journal writes it down, and as
/// every reader of the journal takes it.
#include "words/words.h"

namespace ddll::words {

/// Callbacks as the members of ErlDrvEntry are spelled, and the entry points around them: `dlopen` are constructors,
/// `dlclose` destructors, `thread` the function of a thread that the driver made.
#define DDLL_CALLBACKS(X)                                                                                              \
    X(dlopen, "dlopen")                                                                                                \
    X(driver_init, "driver_init")                                                                                      \
    X(init, "init")                                                                                                    \
    X(start, "start")                                                                                                  \
    X(stop, "stop")                                                                                                    \
    X(output, "output")                                                                                                \
    X(outputv, "outputv")                                                                                              \
    X(control, "control")                                                                                              \
    X(call, "call")                                                                                                    \
    X(timeout, "timeout")                                                                                              \
    X(flush, "flush")                                                                                                  \
    X(ready_input, "ready_input")                                                                                      \
    X(ready_output, "ready_output")                                                                                    \
    X(ready_async, "ready_async")                                                                                      \
    X(process_exit, "process_exit")                                                                                    \
    X(stop_select, "stop_select")                                                                                      \
    X(emergency_close, "emergency_close")                                                                              \
    X(finish, "finish")                                                                                                \
    X(async_invoke, "async_invoke")                                                                                    \
    X(async_free, "async_free")                                                                                        \
    X(thread, "thread")                                                                                                \
    X(dlclose, "dlclose")
DDLL_WORDS(Callback, DDLL_CALLBACKS)

/// The callback's bit in a set of callbacks.
constexpr std::uint32_t bit(Callback callback) {
    return std::uint32_t{1} << static_cast<unsigned>(callback);
}
static_assert(count<Callback> <= 32);

/// Where a driver's name stands: nowhere, among the emulator's own drivers, or in the list of loaded libraries.
#define DDLL_PRESENCES(X) X(absent, "not loaded") X(linked_in, "linked in") X(dynamic, "loaded")
DDLL_WORDS(Presence, DDLL_PRESENCES)

/// The emulator's states of a loaded driver. Forced: ports were killed, so no port may be opened any more.
#define DDLL_STATUSES(X)                                                                                               \
    X(ok, "ok")                                                                                                        \
    X(unload, "unload")                                                                                                \
    X(forced_unload, "forced_unload")                                                                                  \
    X(reload, "reload")                                                                                                \
    X(forced_reload, "forced_reload")                                                                                  \
    X(permanent, "permanent")
DDLL_WORDS(Status, DDLL_STATUSES)

/// Why a library could not become a driver: the atoms of erl_ddll.
#define DDLL_LOAD_ERRORS(X)                                                                                            \
    X(open_error, "open_error")                                                                                        \
    X(no_driver_init, "no_driver_init")                                                                                \
    X(driver_init_failed, "driver_init_failed")                                                                        \
    X(bad_driver_name, "bad_driver_name")                                                                              \
    X(driver_incorrect_version, "driver_incorrect_version")
DDLL_WORDS(LoadErrorKind, DDLL_LOAD_ERRORS)

/// How a call ended; a blocked one has not ended yet.
#define DDLL_OUTCOMES(X)                                                                                               \
    X(value, "value") X(raised_error, "error") X(raised_exit, "exit") X(raised_throw, "throw") X(blocked, "blocked")
DDLL_WORDS(Outcome, DDLL_OUTCOMES)

/// How a driver's file is put in its place: beside the old one and renamed, written into the old one, or taken away.
#define DDLL_INSTALLS(X) X(rename, "rename") X(overwrite, "overwrite") X(remove, "remove")
DDLL_WORDS(InstallHow, DDLL_INSTALLS)

/// Who made a thread. Foreign: behind the API's back, by pthread_create or a library.
#define DDLL_THREADS(X)                                                                                                \
    X(emulator, "the emulator")                                                                                        \
    X(pool, "the async pool")                                                                                          \
    X(driver, "a driver")                                                                                              \
    X(foreign, "code outside of the driver API")
DDLL_WORDS(ThreadKind, DDLL_THREADS)

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
    X(thread_key, "thread-specific key")                                                                               \
    X(exit_handler, "exit handler")                                                                                    \
    X(executable_stack, "executable stack")                                                                            \
    X(heap, "bytes on the heap, more than before the load")                                                            \
    X(name_elsewhere, "name outside of the library")
DDLL_WORDS(Residue, DDLL_RESIDUES)

} // namespace ddll::words
