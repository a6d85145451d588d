#pragma once
/// What the functions in front of the C library's own share. Internal to api/.
#include <dlfcn.h>

namespace ddll::api {

/// The C library's own function of this name.
template <class F>
F* real_one(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

extern "C" char __executable_start, _end; // of the linker: where this program lies

/// Whether it lies in this program, and not in a library.
inline bool is_ours(const void* address) {
    return address >= static_cast<const void*>(&__executable_start) && address < static_cast<const void*>(&_end);
}

} // namespace ddll::api
