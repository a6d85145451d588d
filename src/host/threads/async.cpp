// The async pool. Jobs of one thread run one after the other, in the order of driver_async; each thread is a real one.
// A job occupies its thread for the virtual time that the story says, and its result is delivered when that is over.
#include "base/sanitized.h"
#include "host/callbacks.h"
#include "host/host.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

namespace {

/// What a node gives the threads of its async pool (16 kilowords, erl +a), and a little for what is ours. Sanitizers
/// need more for themselves.
constexpr std::size_t small_stack = sanitized ? 0 : (128 + 16) * 1024;

} // namespace

long Host::add_job(Port& port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*),
                   const Made& made) {
    const std::uint64_t number = next_job_++;
    Job job{number, port.driver->id, port.id, invoke, data, free, port.data_lock, {}, made};
    if (pool_.empty())
        for (unsigned i = 0; i < options_.async_threads; ++i) {
            pool_.push_back(std::make_unique<PoolThread>());
            pool_.back()->host = this;
        }
    // The key becomes the number of the thread (measured).
    const std::size_t which = (key != nullptr ? *key : number) % pool_.size();
    if (key != nullptr) *key = static_cast<unsigned>(which);
    PoolThread& pool = *pool_[which];
    if (pool.thread == nullptr) {
        int error = 0;
        pool.thread = threads_->create(
            ThreadKind::pool, fmt::format("async_{}", which + 1), {},
            [](void* argument) -> void* {
                auto& own = *static_cast<PoolThread*>(argument);
                own.host->run_jobs(own);
                return nullptr;
            },
            &pool, options_.probe ? small_stack : 0, error);
        if (pool.thread == nullptr) return -1;
    }
    if (job.lock != nullptr) ++job.lock->references;
    pool.jobs.push_back(job);
    ++jobs_in_pool_;
    ++port.driver->jobs;
    ask(*port.driver, lifecycle::request::HoldAdded{});
    give_work();
    return static_cast<long>(number);
}

std::size_t Host::jobs_of(const Driver& driver) const {
    return driver.jobs;
}

bool Host::has_jobs(const Port& port) const {
    const auto its = [&](const Job& job) { return job.port == port.id; };
    return std::any_of(done_jobs_.begin(), done_jobs_.end(), its) ||
           std::any_of(pool_.begin(), pool_.end(),
                       [&](const auto& pool) { return std::any_of(pool->jobs.begin(), pool->jobs.end(), its); });
}

// Threads whose last job is over get ready for the next one.
void Host::give_work() {
    for (const auto& pool : pool_)
        if (!pool->jobs.empty() && !pool->busy && pool->busy_until <= now_) threads_->wake(*pool->thread);
}

// The life of a pool thread. It holds the baton except inside a job.
void Host::run_jobs(PoolThread& pool) {
    for (;;) {
        while (pool.jobs.empty() || pool.busy_until > now_)
            if (!threads_->block({WaitFor::Kind::job, nullptr, nullptr})) return;
        Job& job = pool.jobs.front();
        pool.busy = true;
        // The hold of the job keeps its driver, so it is there.
        callbacks::async_invoke(*this, *find(job.driver), job.port, job.invoke, job.data);
        pool.busy = false;
        pool.busy_until = job.ends = now_ + options_.async_takes;
        done_jobs_.push_back(job);
        pool.jobs.pop_front();
        --jobs_in_pool_;
        // The result comes before the next job, as it does on an idle node.
        if (!threads_->block({WaitFor::Kind::job, nullptr, nullptr})) return;
    }
}

void Host::end_job(std::uint64_t number) {
    const auto it =
        std::find_if(done_jobs_.begin(), done_jobs_.end(), [&](const Job& job) { return job.number == number; });
    const Job job = *it;
    done_jobs_.erase(it);
    Driver& driver = *find(job.driver);
    --driver.jobs;
    Port* port = find(job.port);
    if (port != nullptr && port->valid() && driver.callbacks.ready_async != nullptr)
        callbacks::ready_async(*this, *port, job.data);
    else if (job.free != nullptr)
        callbacks::async_free(*this, driver, job.port, job.free, job.data);
    if (job.lock != nullptr) drop_reference(*job.lock);
    ask(driver, lifecycle::request::HoldReleased{});
}

} // namespace ddll::host
