// Any thread may call these. Threads are real ones; when they run is decided by host/threads/threads.h.
#include "api/entry.h"
#include "host/threads/driver_threads.h"

#include <cerrno>

using api::fatal;

namespace {

constexpr std::size_t kilo_words = 1024 * sizeof(void*);

ErlDrvTid handle_of(host::Thread* thread) {
    return reinterpret_cast<ErlDrvTid>(thread);
}

} // namespace

extern "C" {

ErlDrvThreadOpts* erl_drv_thread_opts_create(char*) {
    auto* options = static_cast<ErlDrvThreadOpts*>(driver_alloc(sizeof(ErlDrvThreadOpts)));
    if (options != nullptr) options->suggested_stack_size = -1; // the emulator's default
    return options;
}

void erl_drv_thread_opts_destroy(ErlDrvThreadOpts* options) {
    if (options == nullptr) fatal(words::Fatal::lock, Function::erl_drv_thread_opts_destroy, EINVAL);
    driver_free(options);
}

int erl_drv_thread_create(char* name, ErlDrvTid* tid, void* (*function)(void*), void* argument,
                          ErlDrvThreadOpts* options) {
    if (tid == nullptr) fatal(words::Fatal::other, Function::erl_drv_thread_create, EINVAL);
    Call call(Function::erl_drv_thread_create);
    const int wished = options == nullptr ? -1 : options->suggested_stack_size;
    const std::size_t stack = wished > 0 ? static_cast<std::size_t>(wished) * kilo_words : 0;
    host::Thread* thread = nullptr;
    const int error =
        host::create_thread(call.host(), name != nullptr ? name : "unknown", function, argument, stack, thread);
    if (error == 0) *tid = handle_of(thread);
    return call.returns(error);
}

ErlDrvTid erl_drv_thread_self(void) {
    Call call(Function::erl_drv_thread_self);
    return handle_of(&call.host().threads().self());
}

int erl_drv_equal_tids(ErlDrvTid one, ErlDrvTid other) {
    return one == other ? 1 : 0;
}

void erl_drv_thread_exit(void* result) {
    host::Host* host = nullptr;
    {
        Call call(Function::erl_drv_thread_exit);
        if (call.host().threads().self().kind != host::ThreadKind::driver)
            fatal(words::Fatal::other, Function::erl_drv_thread_exit, EACCES);
        host = &call.host();
    }
    // Inside until the end: the thread never goes back to the code that called.
    host->threads().enter();
    host::exit_thread(*host, result);
}

int erl_drv_thread_join(ErlDrvTid tid, void** result) {
    Call call(Function::erl_drv_thread_join);
    host::Thread* thread = call.host().threads().find(tid);
    if (thread == nullptr || !call.host().threads().join(*thread, result)) return call.returns(EINVAL);
    return call.returns(0);
}

char* erl_drv_thread_name(ErlDrvTid tid) {
    if (tid == nullptr) return nullptr;
    Call call(Function::erl_drv_thread_name);
    host::Thread* thread = call.host().threads().find(tid);
    return thread == nullptr ? nullptr : thread->name.data();
}

} // extern "C"
