#include "host/ports/monitors.h"
#include "api/entry.h"

#include <cstring>

extern "C" {

int driver_monitor_process(ErlDrvPort handle, ErlDrvTermData process, ErlDrvMonitor* monitor) {
    Call call(Function::driver_monitor_process);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    return call.returns(host::monitor_process(call.host(), *port, host::pid_of(process), *monitor,
                                              call.made(__builtin_return_address(0))));
}

int driver_demonitor_process(ErlDrvPort handle, const ErlDrvMonitor* monitor) {
    Call call(Function::driver_demonitor_process);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    return call.returns(host::demonitor_process(call.host(), *port, *monitor));
}

ErlDrvTermData driver_get_monitored_process(ErlDrvPort handle, const ErlDrvMonitor* monitor) {
    Call call(Function::driver_get_monitored_process);
    const host::Port* port = call.port(handle);
    const auto process = port == nullptr ? std::nullopt : host::monitored_process(*port, *monitor);
    call.returns(process ? 1 : 0);
    return process ? host::word_of(*process) : host::nil_word;
}

int driver_compare_monitors(const ErlDrvMonitor* one, const ErlDrvMonitor* other) {
    return std::memcmp(one, other, host::monitor_identity_size);
}

} // extern "C"
