#include "host/host.h"

#include "base/check.h"
#include "isolate/crash.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::host {
namespace {

// A scenario that needs more steps than this to come to rest at one moment never will.
constexpr std::uint64_t most_steps_at_rest = 1'000'000;
constexpr std::uint64_t least_polls_at_rest = 25;

} // namespace

Host::Host(Options options, journal::Journal& journal, Chooser& chooser)
    : options_(std::move(options)), journal_(journal), chooser_(chooser),
      threads_(new Threads(journal, chooser, options_.threads)), sync_(*threads_), probe_(*this, options_.probe),
      processes_(*this), ports_(*this, options_.first_port), drivers_(*this, options_.open_error_preset), jobs_(*this),
      timers_(*this), io_(*this) {
    threads_->on_deadlock(
        {.deadlock =
             [this](const std::string& text) {
                 misuse(Rule::deadlock, no_function, {}, text);
                 journal_.write(journal::Deadlocked{text});
                 isolate::finish();
             },
         .relief = [this] { return jobs_.relieve(); },
         .cycle = [this](const std::string& text) { misuse(Rule::deadlock, no_function, {}, text); }});
    journal_.set_time(now());
    for (const std::string& name : options_.linked_in) drivers_.add_linked_in(name);
}

Host::~Host() = default;

void Host::reach_impasse(Impasse::Kind kind, std::string text) {
    if (!impasse_) impasse_ = Impasse{kind, std::move(text)};
}

// Which steps may happen now, in the order in which the emulator would do them. At the end of a time slice that order
// is fixed (measured): drivers that wait for no port leave; each process that ended gives its loads back and tells
// linked processes and monitors, then drivers leave, then its linked ports close; calls that were answered return;
// after that ports that closed in one turn are freed, drivers leave, and the calls that were answered by this return;
// then those of the next turn. But when a caller ends and two others have something to handle first, ports are freed
// before it goes. Timers, ready descriptors and jobs of the same moment have no order between them.
void Host::collect_ready() {
    ready_.clear();
    if (const Process* process = processes_.exiting()) {
        const bool between = !process->scanned || process->told;
        if (between && !drivers_.collects().empty())
            ready_.push_back({Step::Kind::collect, drivers_.collects().front().value});
        else if (!process->scanned && !ports_.closed().empty() && processes_.others_run_before_end(*process))
            ready_.push_back({Step::Kind::free_port, ports_.closed().front().value});
        else if (!process->scanned)
            ready_.push_back({Step::Kind::exit_scan, process->id.value});
        else
            ready_.push_back({Step::Kind::exit_signals, process->id.value});
    } else if (!processes_.resumable().empty()) {
        ready_.push_back({Step::Kind::resume, processes_.resumable().front().value});
    } else if (!ports_.closed().empty() && (drivers_.collects().empty() || !ports_.next_is_later())) {
        ready_.push_back({Step::Kind::free_port, ports_.closed().front().value});
    } else if (!drivers_.collects().empty()) {
        ready_.push_back({Step::Kind::collect, drivers_.collects().front().value});
    } else {
        timers_.offer(ready_);
        const bool others_first = io_.others_first();
        if (!others_first) io_.offer(ready_);
        jobs_.offer(ready_);
        threads_->collect(ready_);
        if (!ports_.ending_programs().empty())
            ready_.push_back({Step::Kind::program_end, ports_.ending_programs().front().value});
        if (others_first) io_.offer(ready_);
    }
}

void Host::take(const Step& step) {
    switch (step.kind) {
    case Step::Kind::exit_scan:
        return processes_.scan_exit();
    case Step::Kind::exit_signals:
        return processes_.signal_exit();
    case Step::Kind::collect:
        return drivers_.collect();
    case Step::Kind::free_port:
        return ports_.free_next();
    case Step::Kind::resume:
        return processes_.resume();
    case Step::Kind::timeout:
        return timers_.fire(PortId{step.subject});
    case Step::Kind::ready_input:
    case Step::Kind::ready_output:
        return io_.call_ready(static_cast<int>(step.subject),
                              step.kind == Step::Kind::ready_input ? Direction::input : Direction::output);
    case Step::Kind::async_end:
        return jobs_.finish(step.subject);
    case Step::Kind::thread:
        return threads_->run(static_cast<std::uint16_t>(step.subject));
    case Step::Kind::program_end:
        return ports_.end_next_program();
    }
}

bool Host::step() {
    if (impasse_ || halt_.node_ended) return false;
    if (journal_.full()) {
        reach_impasse(Impasse::Kind::journal_full, "the driver floods: the journal of this run is full");
        return false;
    }
    // The usual case, after a call that left nothing to do.
    if (processes_.idle() && ports_.idle() && drivers_.collects().empty() && timers_.empty() && jobs_.idle() &&
        io_.idle() && !threads_->any_besides_emulator())
        return false;
    collect_ready();
    if (ready_.empty()) return threads_->wait_quiet();
    const std::size_t chosen = chooser_.choose(ready_);
    DDLL_CHECK(chosen < ready_.size());
    const Step step = ready_[chosen];
    take(step);
    io_.after_step(step);
    return true;
}

void Host::pass_turn() {
    ports_.pass_turn();
    drivers_.collect_all();
}

void Host::run_until_idle() {
    processes_.send_delayed();
    processes_.run_queue(true);
    ports_.begin_run();
    io_.begin_run();
    std::uint64_t polls = 0, written = journal_.last_written();
    const auto of_a_thread = [](const Step& s) { return s.kind == Step::Kind::thread; };
    for (std::uint64_t steps = 0; step(); ++steps) {
        const bool poll = journal_.last_written() == written && std::all_of(ready_.begin(), ready_.end(), of_a_thread);
        if (!poll && polls > 0) polls_at_rest_ = most_polls_at_rest;
        polls = poll ? polls + 1 : 0;
        written = journal_.last_written();
        if (polls >= polls_at_rest_) {
            polls_at_rest_ = std::max(least_polls_at_rest, polls_at_rest_ / 2);
            break;
        }
        if (steps < most_steps_at_rest) continue;
        reach_impasse(
            Impasse::Kind::no_rest,
            fmt::format("no rest after {} steps at one moment of virtual time (a timer of 0 ms set again and again?)",
                        most_steps_at_rest));
        return;
    }
    probe_.process().rest();
    processes_.signals().rest();
}

std::optional<VirtualTime> Host::next_event() const {
    if (halt_.node_ended) return std::nullopt;
    const auto timer = timers_.next(), job = jobs_.next();
    return timer && job ? std::min(*timer, *job) : timer ? timer : job;
}

void Host::advance(Duration by) {
    const VirtualTime target = now() + by;
    const auto move_to = [this](VirtualTime time) {
        clock_.move_to(time);
        journal_.set_time(time);
    };
    run_until_idle();
    while (!impasse_) {
        const auto next = next_event();
        if (!next || *next > target) break;
        if (*next > now()) move_to(*next);
        run_until_idle();
    }
    move_to(target);
    run_until_idle();
}

} // namespace ddll::host
