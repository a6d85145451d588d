#pragma once
/// What the machine code of a library does with a function of the driver API, as far as a look at it tells.
#include "host/probe/traces.h"

#include <cstdint>

namespace ddll::host {

/// Could the library call `function` with 0 as second argument? False only where all its calls are seen, and each has
/// another constant there. x86-64; elsewhere true.
bool may_pass_zero(const CodeRange& range, std::uintptr_t function);

} // namespace ddll::host
