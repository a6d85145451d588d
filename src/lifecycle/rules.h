#pragma once
/// decide(): the whole of load, unload, reload and monitor as one total function from values to values.
/// Put `next` in the record's place first, then carry out the effects in their order: some of them ask again.
/// The rules read like the table in docs/lifecycle.md, one function per request, first match wins: rules_load.cpp,
/// rules_unload.cpp, rules_wait.cpp.
#include "lifecycle/record.h"
#include "words/lifecycle_rows.h"

namespace ddll::lifecycle {

using words::MonitorWhen;
using words::OkStatus;
using words::PendingOption;
using words::Refusal;

/// What can be asked. `fresh` is a reference nobody has yet; it is used only if the reply carries it.
namespace request {
struct Load { ///< try_load/3
    ProcessId process;
    std::string path; ///< cleaned
    bool kill_ports = false;
    std::optional<PendingOption> reload;
    std::optional<PendingOption> monitor;
    RefId fresh;
};
struct LoadOpened { ///< the library asked for by effect::OpenImage of a Load is running
    ProcessId process;
    std::string path;
    bool kill_ports = false;
};
struct LoadFailed { ///< ... could not be
    LoadError error;
};
struct Unload { ///< try_unload/2
    ProcessId process;
    bool kill_ports = false;
    std::optional<PendingOption> monitor;
    RefId fresh;
};
struct AddWait { ///< the second half of an Unload or reload: a wait that is set after ports were killed
    EntryKind kind;
    ProcessId process;
    RefId ref;
    bool operator==(const AddWait&) const = default;
};
struct Monitor { ///< monitor/2
    ProcessId process;
    MonitorWhen when;
    RefId fresh;
};
struct Demonitor { ///< demonitor/1; to be asked of every record, removes only the caller's own
    ProcessId process;
    RefId ref;
};
struct ProcessExit { ///< the exit scan; to be asked of every record, newest driver first
    ProcessId process;
};
struct Collect {};      ///< the deferred removal; does nothing when something holds the code again
struct ReloadOpened {}; ///< effect::OpenImage of a Collect succeeded
struct ReloadFailed {
    LoadError error;
};
struct LockDriver {};   ///< driver_lock_driver
struct PortOpened {};   ///< a port structure exists and start is about to be called: port_count and a hold
struct PortStopped {};  ///< stop has returned (or start failed): port_count
struct HoldAdded {};    ///< an async job or an outstanding stop_select
struct HoldReleased {}; ///< ... ended, or a port structure was freed
} // namespace request

using Request = std::variant<request::Load, request::LoadOpened, request::LoadFailed, request::Unload, request::AddWait,
                             request::Monitor, request::Demonitor, request::ProcessExit, request::Collect,
                             request::ReloadOpened, request::ReloadFailed, request::LockDriver, request::PortOpened,
                             request::PortStopped, request::HoldAdded, request::HoldReleased>;

/// What must be done, in this order, by somebody else.
namespace effect {
enum class Direction : std::uint8_t { up, down };
using What = words::MonitorMessage;
struct OpenImage { ///< open, check and init the library; the outcome comes back as LoadOpened/... or ReloadOpened/...
    std::string path;
    bool operator==(const OpenImage&) const = default;
};
struct FinishAndClose { ///< take it off the driver list, call finish, dlclose
    bool operator==(const FinishAndClose&) const = default;
};
struct KillPorts { ///< terminate every live port of the driver with reason driver_unloaded, before the call returns
    bool operator==(const KillPorts&) const = default;
};
struct Send { ///< {'UP'|'DOWN', Ref, driver, Name, What}
    ProcessId to;
    RefId ref;
    Direction direction;
    What what;
    std::optional<LoadError> error; ///< of load_failure
    bool at_once = false;           ///< an answer of monitor/2 itself: carries the name as the caller wrote it
    bool operator==(const Send&) const = default;
};
/// The last hold went: a Collect of this record follows when the time slice ends. One that is still queued for the
/// same record gives up its place: the newer one stands at the end.
struct QueueCollect {
    bool operator==(const QueueCollect&) const = default;
};
struct Continue { ///< after the effects before it: ask this of the record as it is by then
    request::AddWait next;
    bool operator==(const Continue&) const = default;
};
} // namespace effect

using Effect = std::variant<effect::OpenImage, effect::FinishAndClose, effect::KillPorts, effect::Send,
                            effect::QueueCollect, effect::Continue>;

namespace reply {
struct None { ///< nothing to say, or not yet (an image is being opened)
    bool operator==(const None&) const = default;
};
struct Ok { ///< {ok, Status} or {ok, Status, Ref}
    OkStatus status;
    RefId ref; ///< none: the 2-tuple
    bool operator==(const Ok&) const = default;
};
struct Refused { ///< {error, Reason}
    Refusal reason;
    bool operator==(const Refused&) const = default;
};
struct Failed { ///< {error, LoadError}
    LoadError error;
    bool operator==(const Failed&) const = default;
};
} // namespace reply

using Reply = std::variant<reply::None, reply::Ok, reply::Refused, reply::Failed>;

struct Decision {
    DriverRecord next;
    Reply reply;
    std::vector<Effect> effects;
    words::LifecycleRow row = words::LifecycleRow::none; ///< why
    /// The process now counts as one that used erl_ddll: its exit scans the driver list.
    bool enrols = false;
    bool operator==(const Decision&) const = default;
};

/// Total and deterministic: every record and every request has an answer, and equal arguments give equal answers.
/// A request that does not fit (a collect of a driver in use, an opened image nobody waits for) changes nothing.
/// Only counting down what was never counted up is a bug of the caller and is treated as one.
Decision decide(const DriverRecord& record, const Request& request);

/// What decide() does with the requests that only count (PortOpened, PortStopped, HoldAdded, HoldReleased) where nothing
/// follows from it, done to the record itself: ports come and go often, and a record has memory of its own. Gives the row;
/// nothing, with the record unchanged, where decide() is to be asked.
std::optional<words::LifecycleRow> count_in_place(DriverRecord& record, const Request& request);

/// May open_port/2 use this driver?
bool opens_ports(const DriverRecord& record);

} // namespace ddll::lifecycle
