#pragma once
/// The two pieces of state outside Host, both because the C API has no context argument: which host is running drivers
/// in this process, and in which callbacks the calling thread is.
#include "base/id.h"
#include "journal/entry.h"

#include <vector>

namespace ddll::host {

class Host;
struct Port;

/// "We are inside callback X of port P on behalf of process C."
struct CallFrame {
    journal::Callback callback;
    DriverId driver;
    PortId port;      ///< none for driver-wide callbacks
    ProcessId caller; ///< none outside requests
};

/// The host that driver code of this process belongs to; nullptr when there is none.
Host* current();

/// Makes a host current for a scope. One at a time per process.
class CurrentHost {
public:
    explicit CurrentHost(Host& host);
    ~CurrentHost();
    CurrentHost(const CurrentHost&) = delete;
};

/// Does a callback that holds the port's lock run on this thread? One of the port itself or of the port that created
/// it, or, in drivers that lock as a whole, one of any port of the driver. True where no driver code runs.
bool lock_held(const Port& port);

/// Frames of the calling thread, outermost first.
std::vector<CallFrame>& call_frames();

} // namespace ddll::host
