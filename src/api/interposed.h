#pragma once
/// What the functions in front of the C library's own share. Internal to api/.
#include <dlfcn.h>

namespace ddll::api {

/// The C library's own function of this name.
template <class F>
F* real_one(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

} // namespace ddll::api
