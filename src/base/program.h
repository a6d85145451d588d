#pragma once
/// Where this program lies in memory.
#include <cstdint>

extern "C" char __executable_start, _end; // of the linker

namespace ddll {

/// Whether the address lies in this program, and not in a library. Any thread.
inline bool is_of_program(std::uintptr_t address) {
    return address >= reinterpret_cast<std::uintptr_t>(&__executable_start) &&
           address < reinterpret_cast<std::uintptr_t>(&_end);
}
inline bool is_of_program(const void* address) {
    return is_of_program(reinterpret_cast<std::uintptr_t>(address));
}

} // namespace ddll
