#include "host/threads/async_pool.h"

#include "base/sanitized.h"
#include "host/callbacks.h"
#include "host/host.h"
#include "host/ports/data_lock.h"
#include "host/probe/leftovers.h"
#include "host/probe/memory_watch.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {

namespace {

/// What a node gives the threads of its async pool (16 kilowords, erl +a), and a little for what is ours. Sanitizers
/// need more for themselves.
constexpr std::size_t small_stack = sanitized ? 0 : (128 + 16) * 1024;

} // namespace

long AsyncPool::add(Port& port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*),
                    const Made& made) {
    const std::uint64_t number = next_job_++;
    Job job{number, port.driver->id, port.id, invoke, data, free, port.data_lock, {}, made};
    if (workers_.empty())
        for (unsigned i = 0; i < host_.options().async_threads; ++i) {
            workers_.push_back(std::make_unique<Worker>());
            workers_.back()->pool = this;
        }
    // The key becomes the number of the thread (measured).
    const std::size_t which = (key != nullptr ? *key : number) % workers_.size();
    if (key != nullptr) *key = static_cast<unsigned>(which);
    Worker& worker = *workers_[which];
    if (worker.thread == nullptr) {
        int error = 0;
        worker.thread = host_.threads().create(
            ThreadKind::pool, fmt::format("async_{}", which + 1), {},
            [](void* argument) -> void* {
                auto& own = *static_cast<Worker*>(argument);
                own.pool->work(own);
                return nullptr;
            },
            &worker, host_.probe().wanted() ? small_stack : 0, error);
        if (worker.thread == nullptr) return -1;
    }
    if (job.lock != nullptr) ++job.lock->references;
    worker.jobs.push_back(job);
    ++given_out_;
    ++port.driver->jobs;
    host_.drivers().ask(*port.driver, lifecycle::request::HoldAdded{});
    give_work();
    return static_cast<long>(number);
}

bool AsyncPool::has(const Port& port) const {
    bool found = false;
    each([&](const Job& job, JobState) { found = found || job.port == port.id; });
    return found;
}

void AsyncPool::give_work() {
    for (const auto& worker : workers_)
        if (!worker->jobs.empty() && !worker->busy && worker->busy_until <= host_.now())
            host_.threads().wake(*worker->thread);
}

void AsyncPool::offer(std::vector<Step>& ready) {
    if (!done_.empty() && done_.front().ends <= host_.now())
        ready.push_back({Step::Kind::async_end, done_.front().number});
    if (given_out_ > 0) give_work();
}

bool AsyncPool::relieve() {
    bool any = false;
    for (const auto& worker : workers_) {
        if (worker->jobs.empty() || worker->busy) continue;
        worker->busy_until = host_.now();
        any = true;
    }
    give_work();
    return any;
}

// The life of a pool thread. It holds the baton except inside a job.
void AsyncPool::work(Worker& worker) {
    for (;;) {
        while (worker.jobs.empty() || worker.busy_until > host_.now())
            if (!host_.threads().block({WaitFor::Kind::job, nullptr, nullptr})) return;
        Job& job = worker.jobs.front();
        worker.busy = true;
        // The hold of the job keeps its driver, so it is there.
        callbacks::async_invoke(host_, *host_.drivers().find(job.driver), job.port, job.invoke, job.data);
        worker.busy = false;
        worker.busy_until = job.ends = host_.now() + host_.options().async_takes;
        done_.push_back(job);
        worker.jobs.pop_front();
        --given_out_;
        // The result comes before the next job, as it does on an idle node.
        if (!host_.threads().block({WaitFor::Kind::job, nullptr, nullptr})) return;
    }
}

void AsyncPool::finish(std::uint64_t number) {
    const auto it = std::find_if(done_.begin(), done_.end(), [&](const Job& job) { return job.number == number; });
    const Job job = *it;
    done_.erase(it);
    Driver& driver = *host_.drivers().find(job.driver);
    --driver.jobs;
    Port* port = host_.ports().find(job.port);
    if (port != nullptr && port->valid() && driver.callbacks.ready_async != nullptr)
        callbacks::ready_async(host_, *port, job.data);
    else if (job.free != nullptr)
        callbacks::async_free(host_, driver, job.port, job.free, job.data);
    else if (const auto block = block_at(job.data))
        forgotten_.push_back({job, *block});
    if (job.lock != nullptr) drop_reference(host_, *job.lock);
    host_.drivers().ask(driver, lifecycle::request::HoldReleased{});
}

std::optional<AsyncPool::Block> AsyncPool::block_at(const void* data) {
    if (data == nullptr) return std::nullopt;
    if (const auto number = host_.memory().number_of(data)) return Block{*number, 0, 0};
    const Piece piece = memory_watch::block_at(data);
    return piece.address == 0 ? std::nullopt : std::optional(Block{0, piece.site, piece.call});
}

// Others may free it in the meantime: the function of the job itself, or finish, when it is not the job's alone.
void AsyncPool::report_forgotten(const Driver& driver) {
    std::erase_if(forgotten_, [&](const Forgotten& one) {
        if (one.job.driver != driver.id) return false;
        if (block_at(one.job.data) == one.data)
            cleared_away(
                host_, one.job.port, one.job.made, words::Cleared::async_job_forgotten,
                fmt::format("async job {}: neither ready_async nor async_free was given its data, which is still there",
                            one.job.number));
        return true;
    });
}

std::optional<VirtualTime> AsyncPool::next() const {
    std::optional<VirtualTime> next;
    const auto sooner = [&](VirtualTime time) {
        if (!next || time < *next) next = time;
    };
    if (!done_.empty()) sooner(done_.front().ends);
    for (const auto& worker : workers_)
        if (!worker->jobs.empty() && !worker->busy) sooner(worker->busy_until);
    return next;
}

} // namespace ddll::host
