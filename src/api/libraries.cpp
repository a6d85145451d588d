// driver_dl_*: the loader as drivers reach it. Handles are the loader's own.
#include "api/entry.h"

#include <fmt/format.h>

#include <dlfcn.h>

#include <string>

namespace {

// The emulator's text for everything but a failed driver_dl_sym: it looks for the real one in the wrong place
// (measured). So that a driver shows the same here and there, what the loader said goes to the log.
char unspecified[] = "Unspecified dynamic library error";

} // namespace

extern "C" {

void* driver_dl_open(char* path) {
    Call call(Function::driver_dl_open);
    if (!call.on_emulator_thread()) return nullptr;
    call.locks_driver_list();
    const std::string file = std::string(path) + ".so"; // as for drivers (measured)
    void* library = dlopen(file.c_str(), RTLD_NOW);
    if (library == nullptr)
        call.host().log(fmt::format("driver_dl_open: the loader says: {}", dlerror()));
    else
        call.host().drivers().libraries().opened(library, file, call.made(__builtin_return_address(0)));
    call.returns(library != nullptr ? 1 : 0);
    return library;
}

void* driver_dl_sym(void* library, char* name) {
    Call call(Function::driver_dl_sym);
    if (!call.on_emulator_thread()) return nullptr;
    call.locks_driver_list();
    if (library != nullptr && !call.host().drivers().libraries().is_open(library)) {
        call.misuse(Rule::bad_library_handle, "the handle is not, or no longer, one of driver_dl_open");
        call.returns(0);
        return nullptr;
    }
    void* address = dlsym(library, name);
    if (address == nullptr) {
        const char* text = dlerror();
        call.host().drivers().libraries().last_error = text != nullptr ? text : "";
        call.misuse(Rule::failed_library_lookup, call.host().drivers().libraries().last_error);
    }
    call.returns(address != nullptr ? 1 : 0);
    return address;
}

int driver_dl_close(void* library) {
    Call call(Function::driver_dl_close);
    if (!call.on_emulator_thread()) return -1;
    call.locks_driver_list();
    if (!call.host().drivers().libraries().closed(library)) {
        call.misuse(Rule::bad_library_handle, library == nullptr
                                                  ? "the handle is NULL"
                                                  : "the handle is not, or no longer, one of driver_dl_open");
        return call.returns(-1);
    }
    return call.returns(dlclose(library) == 0 ? 0 : -1);
}

char* driver_dl_error(void) {
    Call call(Function::driver_dl_error);
    if (!call.on_emulator_thread()) return unspecified;
    call.locks_driver_list();
    std::string& text = call.host().drivers().libraries().last_error;
    call.returns(text.empty() ? 0 : 1);
    return text.empty() ? unspecified : text.data();
}

} // extern "C"
