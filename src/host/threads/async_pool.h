#pragma once
/// The async pool (driver_async). Jobs of one thread run one after the other, in the order of driver_async; each thread
/// is a real one. A job occupies its thread for the virtual time that the scenario says, and its result is delivered
/// when that is over. The caller has the baton (threads.h).
#include "base/id.h"
#include "base/time.h"
#include "host/made.h"
#include "host/step.h"
#include "words/emulator.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

namespace ddll::host {

class Host;
struct Driver;
struct Port;
struct PortDataLock;
struct Thread;

class AsyncPool {
public:
    struct Job {
        std::uint64_t number;
        DriverId driver;
        PortId port;
        void (*invoke)(void*);
        void* data;
        void (*free)(void*);
        PortDataLock* lock = nullptr; ///< of its port, referred to until it is over
        VirtualTime ends;             ///< once it has run
        Made made;
    };
    using JobState = words::JobState;

    explicit AsyncPool(Host& host) : host_(host) {}

    /// driver_async: the job's number, or -1.
    long add(Port& port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*), const Made& made = {});
    /// A job of it whose result was not delivered yet.
    bool has(const Port& port) const;
    /// Calls visit(job, state) for each of all ports: the finished first, then thread by thread.
    template <class F>
    void each(F&& visit) const {
        for (const Job& job : done_) visit(job, JobState::done);
        for (const auto& worker : workers_)
            for (const Job& job : worker->jobs)
                visit(job, worker->busy && &job == &worker->jobs.front() ? JobState::running : JobState::not_begun);
    }

    // --- for the steps of the host ---------------------------------------------------------------------------------

    bool idle() const { return done_.empty() && given_out_ == 0; }
    /// The result that is due; and threads whose last job is over get ready for the next one.
    void offer(std::vector<Step>& ready);
    /// Delivers the result of a job.
    void finish(std::uint64_t number);
    /// Jobs of closed ports whose data neither ready_async nor async_free was given, and is still there as memory.
    /// Once, before the driver's library is closed.
    void report_forgotten(const Driver& driver);
    /// When a job ends or may begin.
    std::optional<VirtualTime> next() const;
    /// Everything else is blocked: jobs that wait for virtual time only begin now. False when there are none.
    bool relieve();

private:
    /// A thread of the pool with its jobs, first in first out.
    struct Worker {
        AsyncPool* pool = nullptr;
        Thread* thread = nullptr; ///< made with the first job
        std::deque<Job> jobs;
        bool busy = false;      ///< in the function of a job
        VirtualTime busy_until; ///< the last job took that long
    };
    /// A live block of the driver's memory, told apart from one that comes to lie there later.
    struct Block {
        std::uint64_t of_driver_alloc = 0; ///< its number; else it is of malloc, from that place in that callback
        std::uintptr_t site = 0;
        std::uint32_t call = 0;
        bool operator==(const Block&) const = default;
    };
    struct Forgotten {
        Job job;
        Block data;
    };
    std::optional<Block> block_at(const void* data);
    void give_work();
    void work(Worker& worker);

    Host& host_;
    std::vector<std::unique_ptr<Worker>> workers_;
    std::deque<Job> done_; ///< their functions have run, in that order
    std::vector<Forgotten> forgotten_;
    std::size_t given_out_ = 0; ///< and not yet done
    std::uint64_t next_job_ = 1;
};

} // namespace ddll::host
