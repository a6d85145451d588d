#pragma once
/// api/ is the driver API: the extern "C" functions of erl_driver.h. Each translates its arguments, calls the host and
/// translates back; what happens is decided below. No other folder includes this one. Here is what every function does
/// first and last: find the host, resolve the handle, check the calling thread, journal. Read next:
/// words/driver_api.def (the list), then one file for each family.
#include "host/host.h"
#include "host/probe/memory_watch.h"
#include "words/driver_api.h"

#include <erl_driver.h>

namespace ddll::api {

using Function = words::ApiFunction;
using words::Rule;

/// For the table of what a driver leaves behind: by the driver whose callback runs, called from `address`.
host::Made made_by_caller(Function function, const void* address);

/// One call of an API function, journaled with its result when it ends.
class Call {
public:
    explicit Call(Function function) : host_(*host::current()), visit_(host_.threads()), function_(function) {}

    host::Host& host() { return host_; }

    /// The live port of a handle. nullptr for -1 (which drivers may pass), and for stale or foreign handles and calls
    /// from a thread that the function's row does not allow: these are journaled as misuse.
    host::Port* port(ErlDrvPort handle);
    /// The same for a port given as a term word.
    host::Port* port(ErlDrvTermData word);
    /// False, and journaled as misuse, on a thread of the driver's own.
    bool on_emulator_thread();
    /// Blamed in driver_init, init and finish, where a node holds the lock that the function takes (measured).
    void locks_driver_list();
    host::Made made(const void* address) const { return made_by_caller(function_, address); }

    /// False, and journaled as misuse, for what is not a live binary, and for bytes outside of it.
    bool has_part(const ErlDrvBinary* binary, std::size_t offset, std::size_t length);

    void misuse(host::Misuse rule, std::string_view detail);

    /// Journals the call and hands `result` through. `a` and `b` are the arguments worth showing.
    template <class T>
    T returns(T result, std::int64_t a = 0, std::int64_t b = 0) {
        journal(static_cast<std::int64_t>(result), a, b);
        return result;
    }
    void returns() { journal(0, 0, 0); }

private:
    host::Port* live(PortId id);
    bool allowed(const host::Port& port);
    void journal(std::int64_t result, std::int64_t a, std::int64_t b);

    host::HostWork work_;
    host::Host& host_;
    host::Visit visit_;
    Function function_;
    PortId port_;
};

/// Ends the emulator as it ends for a NULL or unknown lock, key or thread: "Fatal error in NAME(): TEXT [ERRNO]" and
/// SIGABRT (measured).
[[noreturn]] void fatal(words::Fatal kind, Function function, int error);

/// Drops the first `skip` bytes by changing the driver's vector in place, as the emulator does: whole elements are
/// passed over untouched, the one in which it ends is shortened. Index of the first element left.
int skip_bytes(ErlIOVec& ev, std::size_t skip);

} // namespace ddll::api

// The functions of the driver API stand outside of all namespaces, and only their files include this one.
using namespace ddll;
using api::Call;
using api::Function;
using words::Rule;
