#include "api/entry.h"

#include <cerrno>
#include <cstdint>

extern "C" {

void set_busy_port(ErlDrvPort handle, int on) {
    Call call(Function::set_busy_port);
    host::Port* port = call.port(handle);
    if (port != nullptr) call.host().ports().set_busy(*port, on != 0, call.made(__builtin_return_address(0)));
    call.returns(0, on);
}

void set_port_control_flags(ErlDrvPort handle, int flags) {
    Call call(Function::set_port_control_flags);
    if (host::Port* port = call.port(handle)) port->control_flags = flags;
    call.returns(0, flags);
}

int get_port_flags(ErlDrvPort handle) {
    Call call(Function::get_port_flags);
    const host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(0);
    // Inside start the options are not in force yet, so that this is 0 there.
    return call.returns((port->options.binary ? PORT_FLAG_BINARY : 0) | (port->options.line > 0 ? PORT_FLAG_LINE : 0));
}

void erl_drv_busy_msgq_limits(ErlDrvPort handle, ErlDrvSizeT* low, ErlDrvSizeT* high) {
    Call call(Function::erl_drv_busy_msgq_limits);
    host::Port* port = call.port(handle);
    std::uint64_t new_low = low != nullptr ? *low : 0, new_high = high != nullptr ? *high : 0;
    if (port != nullptr)
        port->flow.adjust_limits(new_low, new_high);
    else
        new_low = new_high = ERL_DRV_BUSY_MSGQ_DISABLED;
    if (low != nullptr) *low = new_low;
    if (high != nullptr) *high = new_high;
    call.returns();
}

void erl_drv_set_os_pid(ErlDrvPort handle, ErlDrvSInt pid) {
    Call call(Function::erl_drv_set_os_pid);
    if (host::Port* port = call.port(handle)) {
        port->info.os_pid.reset();
        if (pid >= 0) port->info.os_pid = pid;
    }
    call.returns(0, pid);
}

void erl_drv_init_ack(ErlDrvPort handle, ErlDrvData result) {
    const int error = errno;
    Call call(Function::erl_drv_init_ack);
    host::Port* port = call.port(handle);
    const auto value = reinterpret_cast<std::intptr_t>(result);
    call.returns(0, value >= -3 && value < 0 ? value : 0);
    if (port != nullptr) call.host().ports().acknowledge_open(*port, result, error);
}

int driver_lock_driver(ErlDrvPort handle) {
    Call call(Function::driver_lock_driver);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    return call.returns(call.host().drivers().lock(*port));
}

int erl_drv_consume_timeslice(ErlDrvPort handle, int percent) {
    Call call(Function::erl_drv_consume_timeslice);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    return call.returns(port->consume_timeslice(percent) ? 1 : 0, percent);
}

ErlDrvPort driver_create_port(ErlDrvPort creator, ErlDrvTermData owner, char* name, ErlDrvData data) {
    Call call(Function::driver_create_port);
    const auto failed = reinterpret_cast<ErlDrvPort>(-1);
    host::Port* port = call.port(creator);
    const auto pid = host::pid_of(owner);
    host::Port* made = port != nullptr && pid ? call.host().ports().create(*port, *pid, name, data) : nullptr;
    call.returns(made == nullptr ? -1 : 0);
    return made == nullptr ? failed : host::handle_of(made->id);
}

} // extern "C"
