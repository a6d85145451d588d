#include "api/entry.h"

extern "C" {

int driver_set_timer(ErlDrvPort handle, unsigned long milliseconds) {
    Call call(Function::driver_set_timer);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    if (port->driver->callbacks.timeout == nullptr)
        call.misuse(Rule::timer_without_timeout_callback,
                    "the driver has no timeout callback, so nothing will ever happen");
    call.host().timers().set(*port, milliseconds, call.made(__builtin_return_address(0)));
    return call.returns(0, static_cast<std::int64_t>(milliseconds));
}

int driver_cancel_timer(ErlDrvPort handle) {
    Call call(Function::driver_cancel_timer);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    call.host().timers().cancel(*port);
    return call.returns(0);
}

int driver_read_timer(ErlDrvPort handle, unsigned long* time_left) {
    Call call(Function::driver_read_timer);
    const host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    *time_left = call.host().timers().read(*port);
    return call.returns(0, static_cast<std::int64_t>(*time_left));
}

} // extern "C"
