// The emulator's pool has one thread by default: jobs run one after the other, in the order of driver_async. A job
// occupies the thread for the virtual time that the story says; its function runs when the thread takes it.
#include "host/callbacks.h"
#include "host/host.h"

namespace ddll::host {

long Host::add_job(Port& port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*)) {
    if (key != nullptr) *key = 0; // the only thread
    const std::uint64_t number = next_job_++;
    jobs_.push_back(Job{number, port.driver->id, port.id, invoke, data, free, false, {}});
    ask(*port.driver, lifecycle::request::HoldAdded{});
    return static_cast<long>(number);
}

std::size_t Host::jobs_of(const Driver& driver) const {
    std::size_t n = 0;
    for (const Job& job : jobs_) n += job.driver == driver.id ? 1 : 0;
    return n;
}

void Host::start_job() {
    Job& job = jobs_.front();
    job.started = true;
    job.ends = now_ + options_.async_takes;
    // The hold of the job keeps its driver, so it is there.
    callbacks::async_invoke(*this, *find(job.driver), job.port, job.invoke, job.data);
}

void Host::end_job() {
    const Job job = jobs_.front();
    jobs_.pop_front();
    Driver& driver = *find(job.driver);
    Port* port = find(job.port);
    if (port != nullptr && port->valid() && driver.callbacks.ready_async != nullptr)
        callbacks::ready_async(*this, *port, job.data);
    else if (job.free != nullptr)
        callbacks::async_free(*this, driver, job.port, job.free, job.data);
    ask(driver, lifecycle::request::HoldReleased{});
}

} // namespace ddll::host
