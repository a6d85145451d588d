#include "base/check.h"
#include "host/host.h"

#include <fmt/format.h>

namespace ddll::host {
namespace {

// A story that needs more steps than this to come to rest at one moment never will.
constexpr std::uint64_t most_steps_at_rest = 1'000'000;

// Timers due at the same moment are offered to the chooser together, but not thousands of them at each step.
constexpr std::size_t most_timers_offered = 64;

// The same for ready descriptors.
constexpr std::size_t most_descriptors_offered = 64;

} // namespace

void Host::reach_impasse(Impasse::Kind kind, std::string text) {
    if (!impasse_) impasse_ = Impasse{kind, std::move(text)};
}

// Which steps may happen now, in the order in which the emulator would do them. At the end of a time slice that order
// is fixed (measured): drivers that wait for no port leave; each process that ended gives its loads back, then drivers
// leave, then its links are told; after that closed ports are freed, drivers leave, and the calls that were answered by
// this return. But when a caller ends and two others have something to handle first, ports are freed before it goes.
// Timers, ready descriptors and jobs of the same moment have no order between them.
void Host::collect_ready() {
    ready_.clear();
    if (!ending_.empty()) {
        const Process& process = *find(ending_.front());
        const bool last = process.id == signals_.caller() && signals_.two_others_run();
        if (!collects_.empty())
            ready_.push_back({Step::Kind::collect, collects_.front().value});
        else if (!process.scanned && last && !closed_ports_.empty())
            ready_.push_back({Step::Kind::free_port, closed_ports_.front().value});
        else if (!process.scanned)
            ready_.push_back({Step::Kind::exit_scan, process.id.value});
        else
            ready_.push_back({Step::Kind::exit_signals, process.id.value});
    } else if (!closed_ports_.empty()) {
        ready_.push_back({Step::Kind::free_port, closed_ports_.front().value});
    } else if (!collects_.empty()) {
        ready_.push_back({Step::Kind::collect, collects_.front().value});
    } else if (!resumable_.empty()) {
        ready_.push_back({Step::Kind::resume, resumable_.front().value});
    } else {
        for (const auto& [key, port] : timers_) {
            if (key.first > now_ || ready_.size() == most_timers_offered) break;
            ready_.push_back({Step::Kind::timeout, port.value});
        }
        if (!others_first_) offer_descriptors();
        if (!done_jobs_.empty() && done_jobs_.front().ends <= now_)
            ready_.push_back({Step::Kind::async_end, done_jobs_.front().number});
        if (jobs_in_pool_ > 0) give_work();
        threads_->collect(ready_);
        if (!ending_programs_.empty()) ready_.push_back({Step::Kind::program_end, ending_programs_.front().value});
        if (others_first_) offer_descriptors();
    }
}

// A descriptor may stay ready for ever, and must not keep the others from their turn: each is offered once in a round,
// and between two rounds comes what else is waiting.
void Host::offer_descriptors() {
    look_outside();
    ready_descriptors_.clear();
    poller_.ready(most_descriptors_offered, ready_descriptors_);
    for (const auto& [descriptor, direction] : ready_descriptors_)
        ready_.push_back({direction == Direction::input ? Step::Kind::ready_input : Step::Kind::ready_output,
                          static_cast<std::uint64_t>(descriptor)});
}

void Host::take(const Step& step) {
    switch (step.kind) {
    case Step::Kind::exit_scan:
        scan_exit(*find(ending_.front()));
        break;
    case Step::Kind::exit_signals: {
        Process& process = *find(ending_.front());
        ending_.pop_front();
        signal_exit(process);
        break;
    }
    case Step::Kind::collect: {
        collects_.pop_front();
        if (Driver* driver = find(DriverId{step.subject})) ask(*driver, lifecycle::request::Collect{});
        break;
    }
    case Step::Kind::free_port:
        closed_ports_.pop_front();
        free_structure(PortId{step.subject});
        break;
    case Step::Kind::resume: {
        resumable_.pop_front();
        Process& process = *find(ProcessId{step.subject});
        if (process.alive() && process.answer)
            process.wait = {};
        else if (process.alive())
            retry_suspended(process);
        break;
    }
    case Step::Kind::timeout:
        fire_timer(PortId{step.subject});
        break;
    case Step::Kind::ready_input:
    case Step::Kind::ready_output:
        descriptor_ready(static_cast<int>(step.subject),
                         step.kind == Step::Kind::ready_input ? Direction::input : Direction::output);
        break;
    case Step::Kind::async_end:
        end_job(step.subject);
        break;
    case Step::Kind::thread:
        threads_->run(static_cast<std::uint16_t>(step.subject));
        break;
    case Step::Kind::program_end: {
        ending_programs_.pop_front();
        Port* port = find(PortId{step.subject});
        if (port != nullptr && port->usable()) close(*port, common_.normal, CloseCause::request);
        break;
    }
    }
}

bool Host::step() {
    if (impasse_ || node_ended_) return false;
    if (journal_.full()) {
        reach_impasse(Impasse::Kind::journal_full, "the driver floods: the journal of this run is full");
        return false;
    }
    // The usual case, after a call that left nothing to do.
    if (ending_.empty() && closed_ports_.empty() && collects_.empty() && resumable_.empty() && timers_.empty() &&
        done_jobs_.empty() && ending_programs_.empty() && jobs_in_pool_ == 0 && poller_.empty() &&
        !threads_->any_besides_emulator())
        return false;
    collect_ready();
    if (ready_.empty()) return threads_->wait_quiet();
    const std::size_t chosen = chooser_.choose(ready_);
    DDLL_CHECK(chosen < ready_.size());
    const Step step = ready_[chosen];
    take(step);
    const bool outside = step.kind == Step::Kind::ready_input || step.kind == Step::Kind::ready_output;
    others_first_ = outside && !poller_.round_open();
    return true;
}

void Host::run_until_idle() {
    // Descriptors that stay ready have another chance with every step of a story, but not each time it waits.
    if (!waited_) poller_.rest();
    waited_ = false;
    for (std::uint64_t steps = 0; step(); ++steps) {
        if (steps < most_steps_at_rest) continue;
        reach_impasse(
            Impasse::Kind::no_rest,
            fmt::format("no rest after {} steps at one moment of virtual time (a timer of 0 ms set again and again?)",
                        most_steps_at_rest));
        return;
    }
    signals_.rest();
}

std::optional<VirtualTime> Host::next_event() const {
    std::optional<VirtualTime> next;
    if (node_ended_) return next;
    if (!timers_.empty()) next = timers_.begin()->first.first;
    const auto sooner = [&](VirtualTime time) {
        if (!next || time < *next) next = time;
    };
    if (!done_jobs_.empty()) sooner(done_jobs_.front().ends);
    for (const auto& pool : pool_)
        if (!pool->jobs.empty() && !pool->busy) sooner(pool->busy_until);
    return next;
}

void Host::advance(Duration by) {
    const VirtualTime target = now_ + by;
    run_until_idle();
    while (!impasse_) {
        const auto next = next_event();
        if (!next || *next > target) break;
        if (*next > now_) {
            now_ = *next;
            journal_.set_time(now_);
        }
        run_until_idle();
    }
    now_ = target;
    journal_.set_time(now_);
    run_until_idle();
}

} // namespace ddll::host
