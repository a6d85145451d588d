#pragma once
/// Values that ddlltool makes up where an emulator has one of its machine: they are known by being none of a machine.
#include <cstdint>

namespace ddll::words {

/// Process numbers of the system begin here, for programs that are not started: Linux gives none above 4194304.
constexpr std::int64_t first_made_up_process = 4'194'305;

} // namespace ddll::words
