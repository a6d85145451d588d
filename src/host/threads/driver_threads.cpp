// Threads that drivers make, and the data locks of their ports.
#include "host/callbacks.h"
#include "host/host.h"

#include <fmt/format.h>

#include <cerrno>

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

int Host::create_thread(std::string name, void* (*function)(void*), void* argument, std::size_t stack_size,
                        Thread*& thread) {
    const auto& frames = call_frames();
    const DriverId driver = frames.empty() ? DriverId{} : frames.back().driver;
    const Driver* known = find(driver);
    auto beginning =
        std::make_unique<Beginning>(Beginning{this, driver, known ? known->image_id : ImageId{}, function, argument});
    int error = 0;
    const std::string shown = name;
    thread = threads_->create(
        ThreadKind::driver, std::move(name), driver,
        [](void* handed) -> void* {
            // Given back before the driver's function runs: that may end the thread, and then nothing returns to here.
            const Beginning b = *std::unique_ptr<Beginning>(static_cast<Beginning*>(handed));
            void* result = callbacks::thread(*b.host, b.driver, b.image, b.function, b.argument);
            b.host->journal_.write(journal::ThreadEnded{b.host->threads_->self().number});
            return result;
        },
        beginning.get(), stack_size, error);
    if (thread == nullptr) return error;
    beginning.release(); // NOLINT: the thread has it
    journal_.write(journal::ThreadStarted{thread->number, ThreadKind::driver, driver, shown});
    return 0;
}

void Host::exit_thread(void* result) {
    call_frames().pop_back();
    journal_.write(journal::Left{journal::Callback::thread, {}, 0});
    journal_.write(journal::ThreadEnded{threads_->self().number});
    threads_->exit(result);
}

void Host::leave_threads_behind(Driver& driver) {
    for (const Thread* thread : threads_->of(driver.id)) {
        const std::string who = fmt::format("thread \"{}\" of {}", thread->name, driver.name);
        if (thread->state == Thread::State::ended)
            misuse(Rule::thread_never_joined, no_function, {}, who + " has ended and was not joined");
        else
            misuse(Rule::thread_outlives_driver, no_function, {},
                   who + " still runs while its code leaves memory; here it is stopped where it stands");
    }
    threads_->abandon(driver.id);
}

PortDataLock* Host::create_port_data_lock(Port& port, const Made& made) {
    if (port.data_lock != nullptr) return nullptr;
    PortDataLock& lock = sync_.create<PortDataLock>(SyncKind::port_data_lock, "port_data_lock", made);
    lock.port = port.id;
    port.data_lock = &lock;
    // As long as it is there its driver cannot leave (measured): not even with all ports closed.
    if (port.driver != nullptr) {
        lock.driver = port.driver->id;
        ask(*port.driver, lifecycle::request::HoldAdded{});
    }
    return &lock;
}

std::int64_t Host::drop_reference(PortDataLock& lock) {
    const std::int64_t left = --lock.references;
    if (left > 0) return left;
    if (Port* port = find(lock.port); port != nullptr && port->data_lock == &lock) port->data_lock = nullptr;
    Driver* driver = find(lock.driver);
    sync_.remove(lock);
    if (driver != nullptr) ask(*driver, lifecycle::request::HoldReleased{});
    return 0;
}

void Host::release_data_lock(Port& port) {
    if (port.data_lock == nullptr) return;
    PortDataLock& lock = *port.data_lock;
    port.data_lock = nullptr;
    drop_reference(lock);
}

} // namespace ddll::host
