#include "api/entry.h"

extern "C" {

int driver_select(ErlDrvPort handle, ErlDrvEvent event, int mode, int on) {
    Call call(Function::driver_select);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    const auto descriptor = static_cast<int>(reinterpret_cast<std::intptr_t>(event));
    // Shown with a minus for the end of interest, as the one number there is room for.
    const host::Made made = call.made(__builtin_return_address(0));
    return call.returns(call.host().io().select(*port, descriptor, mode, on != 0, made), descriptor,
                        on != 0 ? mode : -mode);
}

} // extern "C"
