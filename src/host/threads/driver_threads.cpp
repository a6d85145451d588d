#include "host/threads/driver_threads.h"

#include "host/callbacks.h"
#include "host/host.h"

#include <fmt/format.h>

namespace ddll::host {
namespace {

/// What a new thread needs to know; it frees this itself.
struct Beginning {
    Host* host;
    DriverId driver;
    ImageId image;
    void* (*function)(void*);
    void* argument;
};

} // namespace

int create_thread(Host& host, std::string name, void* (*function)(void*), void* argument, std::size_t stack_size,
                  Thread*& thread) {
    const auto& frames = call_frames();
    const DriverId driver = frames.empty() ? DriverId{} : frames.back().driver;
    const Driver* known = host.drivers().find(driver);
    auto beginning =
        std::make_unique<Beginning>(Beginning{&host, driver, known ? known->image_id : ImageId{}, function, argument});
    int error = 0;
    const std::string shown = name;
    thread = host.threads().create(
        ThreadKind::driver, std::move(name), driver,
        [](void* handed) -> void* {
            // Given back before the driver's function runs: that may end the thread, and then nothing returns to here.
            const Beginning b = *std::unique_ptr<Beginning>(static_cast<Beginning*>(handed));
            void* result = callbacks::thread(*b.host, b.driver, b.image, b.function, b.argument);
            b.host->journal().write(journal::ThreadEnded{b.host->threads().self().number});
            return result;
        },
        beginning.get(), stack_size, error);
    if (thread == nullptr) return error;
    beginning.release(); // NOLINT: the thread has it
    thread->runs = function;
    host.journal().write(journal::ThreadStarted{thread->number, ThreadKind::driver, driver, shown});
    return 0;
}

void exit_thread(Host& host, void* result) {
    call_frames().pop_back();
    host.journal().write(journal::Left{journal::Callback::thread, {}, 0});
    host.journal().write(journal::ThreadEnded{host.threads().self().number});
    host.threads().exit(result);
}

void leave_threads_behind(Host& host, const Driver& driver) {
    for (const Thread* thread : host.threads().of(driver.id)) {
        const std::string who = fmt::format("thread \"{}\" of {}", thread->name, driver.name);
        if (thread->state == Thread::State::ended)
            host.misuse(Rule::thread_never_joined, no_function, {}, who + " has ended and was not joined");
        else
            host.misuse(Rule::thread_outlives_driver, no_function, {},
                        who + " still runs while its code leaves memory; here it is stopped where it stands");
    }
    host.threads().abandon(driver.id);
}

} // namespace ddll::host
