/// Functions of the system that stand in front of the C library's own, so that it is known what a driver asked for
/// behind the driver API's back. Outside of runs that look for it (host::Options::probe) they hand on and do nothing
/// else. Not in sanitized builds: those bring functions of these names themselves.
#include "base/sanitized.h"
#include "host/current.h"
#include "host/host.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>

#ifndef DDLL_SANITIZED

using namespace ddll;

namespace {

template <class F>
F* next(const char* name) {
    return reinterpret_cast<F*>(dlsym(RTLD_NEXT, name));
}

/// The host, when it wants to know.
host::Host* asked() {
    host::Host* current = host::current();
    return current != nullptr && current->probes() ? current : nullptr;
}

extern "C" char __executable_start, _end; // of the linker: where this program lies

bool is_ours(const void* address) {
    return address >= static_cast<const void*>(&__executable_start) && address < static_cast<const void*>(&_end);
}

struct Beginning {
    host::Host* host;
    void* (*function)(void*);
    void* argument;
};

/// Tells of the end also when the thread leaves by pthread_exit.
class Life {
public:
    Life(host::Host& host, std::uintptr_t function) : host_(host), id_(static_cast<int>(syscall(SYS_gettid))) {
        host_.interposed().thread_began(id_, function);
    }
    ~Life() { host_.interposed().thread_ended(id_); }
    Life(const Life&) = delete;

private:
    host::Host& host_;
    int id_;
};

void* live(void* handed) {
    const std::unique_ptr<Beginning> owned(static_cast<Beginning*>(handed));
    const Beginning begin = *owned;
    const Life life(*begin.host, reinterpret_cast<std::uintptr_t>(begin.function));
    return begin.function(begin.argument);
}

} // namespace

extern "C" {

[[gnu::visibility("default")]] int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                                  void* (*function)(void*), void* argument) {
    static auto* const real = next<decltype(pthread_create)>("pthread_create");
    host::Host* host = asked();
    if (host == nullptr || is_ours(__builtin_return_address(0))) return real(thread, attributes, function, argument);
    auto begin = std::make_unique<Beginning>(Beginning{host, function, argument});
    const int result = real(thread, attributes, live, begin.get());
    if (result == 0) static_cast<void>(begin.release()); // NOLINT: the thread has it
    return result;
}

[[gnu::visibility("default")]] int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
    static auto* const real = next<decltype(pthread_key_create)>("pthread_key_create");
    const int result = real(key, destructor);
    if (host::Host* host = asked(); result == 0 && host != nullptr && destructor != nullptr)
        host->interposed().key_created(*key, reinterpret_cast<std::uintptr_t>(destructor));
    return result;
}

[[gnu::visibility("default")]] int pthread_key_delete(pthread_key_t key) {
    static auto* const real = next<decltype(pthread_key_delete)>("pthread_key_delete");
    if (host::Host* host = asked()) host->interposed().key_deleted(key);
    return real(key);
}

[[gnu::visibility("default")]] int on_exit(void (*function)(int, void*), void* argument) {
    static auto* const real = next<decltype(on_exit)>("on_exit");
    if (host::Host* host = asked()) host->interposed().exit_handler_added(reinterpret_cast<std::uintptr_t>(function));
    return real(function, argument);
}
}

#endif
