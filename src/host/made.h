#pragma once
/// Who made an object of the driver API, and where: what is left over is named by it.
#include "base/id.h"
#include "words/driver_api.h"

namespace ddll::host {

struct Made {
    DriverId driver;
    words::ApiFunction function;
    const void* address; ///< inside the driver's code, where the call came from
    PortId port;         ///< in whose callback, if it was one of a port

    Made(DriverId by = {}, words::ApiFunction called = words::ApiFunction::none, const void* from = nullptr,
         PortId in = {})
        : driver(by), function(called), address(from), port(in) {}
};

} // namespace ddll::host
