#include "api/entry.h"

extern "C" {

long driver_async(ErlDrvPort handle, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*)) {
    Call call(Function::driver_async);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1L);
    return call.returns(call.host().jobs().add(*port, key, invoke, data, free, call.made(__builtin_return_address(0))));
}

unsigned driver_async_port_key(ErlDrvPort handle) {
    Call call(Function::driver_async_port_key);
    const host::Port* port = call.port(handle);
    // Any number will do as a key; one that is the same in every run is the port's own.
    return call.returns(port == nullptr ? 0U : static_cast<unsigned>(port->id.value));
}

} // extern "C"
