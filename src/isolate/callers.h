#pragma once
/// Where the calling thread is, cheaply enough for what seldom happens: no symbols, only addresses.
#include <cstddef>
#include <cstdint>
#include <span>

namespace ddll::isolate {

/// Fills `out` with the callers, innermost first, that lie outside of the executable; gives their number. As in a
/// CrashReport the addresses lie inside the call, not behind it. Any thread.
std::size_t callers_outside(std::span<std::uintptr_t> out);

/// The unwinder keeps tables of code that has left memory, and would crash in them: from here on no caller is found.
void unwinder_has_lost_tables();

} // namespace ddll::isolate
