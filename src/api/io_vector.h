#pragma once
/// What several families do with the vectors that drivers pass.
#include <erl_driver.h>

#include <cstddef>

namespace ddll::api {

/// Drops the first `skip` bytes by changing the driver's vector in place, as the emulator does: whole elements are
/// passed over untouched, the one in which it ends is shortened. Index of the first element left.
int skip_bytes(ErlIOVec& ev, std::size_t skip);

} // namespace ddll::api
