/// Functions of the system that stand in front of the C library's own, so that it is known what a driver asked for
/// behind the driver API's back. Outside of runs that look for it (host::Options::probe) they hand on and do nothing
/// else; but threads are known in every run. Not in sanitized builds: those bring functions of these names themselves.
#include "api/interposed.h"
#include "base/program.h"
#include "base/sanitized.h"
#include "host/current.h"
#include "host/host.h"
#include "host/probe/memory_watch.h"
#include "host/probe/run_delay.h"

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <semaphore>
#include <utility>

#ifndef DDLL_SANITIZED

using namespace ddll;

namespace {

/// The host, when it wants to know.
host::Host* asked() {
    host::Host* current = host::current();
    return current != nullptr && current->probe().wanted() ? current : nullptr;
}

struct Beginning {
    Beginning(host::Host* h, void* (*f)(void*), void* a) : host(h), function(f), argument(a) {}

    host::Host* host;
    void* (*function)(void*);
    void* argument;
    std::binary_semaphore known{0}; ///< given when the host knows the thread
};

/// What the thread is for. The function of a std::thread is one of libstdc++, which is given an object: its third
/// virtual function, after two destructors, is what the driver wants to run.
std::uintptr_t purpose_of(void* (*function)(void*), void* argument) {
    constexpr std::size_t run = 2;
    Dl_info info{};
    const bool of_cpp = argument != nullptr && dladdr(reinterpret_cast<void*>(function), &info) != 0 &&
                        info.dli_fname != nullptr && std::strstr(info.dli_fname, "/libstdc++.so") != nullptr;
    if (!of_cpp) return reinterpret_cast<std::uintptr_t>(function);
    return (*static_cast<const std::uintptr_t* const*>(argument))[run];
}

/// Tells of the end also when the thread leaves by pthread_exit.
class Life {
public:
    Life(host::Host& host, std::uintptr_t function) : host_(host), id_(static_cast<int>(syscall(SYS_gettid))) {
        host_.probe().interposed().thread_began(id_, function);
    }
    ~Life() {
        host::RunDelay::thread_ends();
        // It may outlive the host.
        if (host::current() == &host_) host_.probe().interposed().thread_ended(id_);
    }
    Life(const Life&) = delete;

private:
    host::Host& host_;
    int id_;
};

void* live(void* handed) {
    // Its own copy of the shared pointer, given back before the driver's function runs, which may not return.
    auto begin =
        std::move(*std::unique_ptr<std::shared_ptr<Beginning>>(static_cast<std::shared_ptr<Beginning>*>(handed)));
    const auto function = begin->function;
    void* const argument = begin->argument;
    const Life life(*begin->host, purpose_of(function, argument));
    begin->known.release();
    begin.reset();
    const host::OnDriverStack here(__builtin_frame_address(0), reinterpret_cast<std::uintptr_t>(function));
    return function(argument);
}

} // namespace

extern "C" {

[[gnu::visibility("default")]] int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                                  void* (*function)(void*), void* argument) {
    static auto* const real = api::real_one<decltype(pthread_create)>("pthread_create");
    host::Host* host = host::current();
    // Not by the return address: a driver whose last act is this call is not on the stack any more.
    if (host == nullptr || is_of_program(reinterpret_cast<const void*>(function)))
        return real(thread, attributes, function, argument);
    const host::HostWork work;
    const auto begin = std::make_shared<Beginning>(host, function, argument);
    auto handed = std::make_unique<std::shared_ptr<Beginning>>(begin);
    const int result = real(thread, attributes, live, handed.get());
    if (result != 0) return result;
    static_cast<void>(handed.release()); // NOLINT: the thread has it
    // A driver may be unloaded before the system has let its thread run at all. It is to be known by then.
    begin->known.acquire();
    return 0;
}

[[gnu::visibility("default")]] int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
    static auto* const real = api::real_one<decltype(pthread_key_create)>("pthread_key_create");
    const host::HostWork work;
    const int result = real(key, destructor);
    if (host::Host* host = asked(); result == 0 && host != nullptr && destructor != nullptr)
        host->probe().interposed().key_created(*key, reinterpret_cast<std::uintptr_t>(destructor));
    return result;
}

[[gnu::visibility("default")]] int pthread_key_delete(pthread_key_t key) {
    static auto* const real = api::real_one<decltype(pthread_key_delete)>("pthread_key_delete");
    const host::HostWork work;
    if (host::Host* host = asked()) host->probe().interposed().key_deleted(key);
    return real(key);
}

[[gnu::visibility("default")]] int on_exit(void (*function)(int, void*), void* argument) {
    static auto* const real = api::real_one<decltype(on_exit)>("on_exit");
    const host::HostWork work;
    if (host::Host* host = asked())
        host->probe().interposed().exit_handler_added(reinterpret_cast<std::uintptr_t>(function));
    return real(function, argument);
}
}

#endif
