#include "api/entry.h"

using namespace ddll;
using api::Call;
using api::Function;
using api::not_implemented;

extern "C" {

long driver_async(ErlDrvPort handle, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*)) {
    Call call(Function::driver_async);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1L);
    return call.returns(call.host().add_job(*port, key, invoke, data, free));
}

unsigned driver_async_port_key(ErlDrvPort) {
    return not_implemented(Function::driver_async_port_key, 0U);
}

int driver_select(ErlDrvPort, ErlDrvEvent, int, int) {
    return not_implemented(Function::driver_select, -1);
}

int driver_monitor_process(ErlDrvPort, ErlDrvTermData, ErlDrvMonitor*) {
    return not_implemented(Function::driver_monitor_process, -1);
}

int driver_demonitor_process(ErlDrvPort, const ErlDrvMonitor*) {
    return not_implemented(Function::driver_demonitor_process, -1);
}

ErlDrvTermData driver_get_monitored_process(ErlDrvPort, const ErlDrvMonitor*) {
    return not_implemented(Function::driver_get_monitored_process, host::nil_word);
}

int driver_compare_monitors(const ErlDrvMonitor*, const ErlDrvMonitor*) {
    return not_implemented(Function::driver_compare_monitors, 0);
}

} // extern "C"
