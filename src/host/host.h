#pragma once
/// host/ is the simulated emulator, owned by one Host. It knows neither scenarios nor reports: it does what it is
/// asked, journals what happens, and leaves the choice of what happens next to a Chooser.
///
/// A Host has the clock, the journal, the steps, and parts. Each part is a class that owns its state; its folder has
/// what belongs to it:
///
///   part         folder      state
///   processes()  processes/  processes with mailboxes, links and monitors; registered names; who exits; blocked calls
///   drivers()    drivers/    the list of drivers and their libraries; texts of failed openings; which drivers leave
///   next ports()      ports/      ports with queue, line mode, flow control; which are to be freed io()         io/
///   selected descriptors and the current round of ready ones timers()     io/         timers of ports threads()
///   threads/    who may run: the baton, threads and what they wait for sync()       threads/    mutexes, conditions,
///   rwlocks, port data locks, thread-specific keys jobs()       threads/    the async pool and its jobs memory()
///   memory/     driver_alloc blocks and driver binaries probe()      probe/      what the process was like before a
///   library came
///
/// What touches several parts and owns nothing is a function: callbacks.h (the only way into a driver),
/// ports/output.h, ports/monitors.h, ports/data_lock.h, threads/driver_threads.h, probe/leftovers.h.
///
/// A host belongs to the thread that made it. Read next: step.h, host.cpp, drivers/drivers.h, ports/ports.h.
#include "base/time.h"
#include "host/atoms.h"
#include "host/current.h"
#include "host/drivers/drivers.h"
#include "host/io/io.h"
#include "host/io/timers.h"
#include "host/memory/memory.h"
#include "host/misuse.h"
#include "host/ports/ports.h"
#include "host/probe/probe.h"
#include "host/processes/processes.h"
#include "host/step.h"
#include "host/threads/async_pool.h"
#include "host/threads/sync.h"
#include "host/threads/threads.h"
#include "journal/journal.h"
#include "words/release.h"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::host {

/// Virtual time of a host. It moves only when the host is told to.
class Clock {
public:
    VirtualTime now() const { return now_; }
    void move_to(VirtualTime time) { now_ = time; }
    /// Microseconds since `epoch_us` + now, strictly increasing from call to call.
    std::int64_t unique_us(std::int64_t epoch_us) {
        last_us_ = std::max(last_us_ + 1, epoch_us + now_.ns / 1000);
        return last_us_;
    }

private:
    VirtualTime now_;
    std::int64_t last_us_ = 0;
};

struct Options {
    words::ReleaseFacts release = words::facts_of(words::newest_release); ///< of the emulator that is simulated
    Duration async_takes;       ///< virtual time that one async job occupies its thread
    unsigned async_threads = 1; ///< size of the async pool (erl +A), at least 1
    ThreadMode threads = ThreadMode::serial;
    bool probe = false; ///< look at what libraries leave in the process, time callbacks, guard what was unmapped
    bool open_error_preset = true; ///< the list of dlopen texts begins with the emulator's own first failure
    std::map<std::string, std::string> environment; ///< for erl_drv_getenv and erl_drv_putenv
    std::uint64_t first_port = 5;                   ///< number of the first port opened: the emulator itself has some
    /// Drivers that are linked into the emulator: their names answer in erl_ddll, their ports are not simulated.
    std::vector<std::string> linked_in{"tcp_inet", "udp_inet", "ram_file_drv", "tty_sl"};
    /// Called when a call that was blocked has returned, at that moment: its answer can be taken.
    std::function<void(ProcessId)> returned{};
};

/// Why a host can go no further. Not the driver's mistake as such, and never silently passed over.
struct Impasse {
    using Kind = words::ImpasseKind;
    Kind kind;
    std::string text;
};

class Host {
public:
    /// `journal` and `chooser` must outlive the host.
    Host(Options options, journal::Journal& journal, Chooser& chooser);
    ~Host();
    Host(const Host&) = delete;
    Host& operator=(const Host&) = delete;

    // --- stepping ---------------------------------------------------------------------------------------------------

    /// Does one of the steps that may happen now; false when there is none.
    bool step();
    /// Steps until nothing more can happen at the current virtual time, or an impasse.
    void run_until_idle();
    /// A process has its turn, in a run that was not for all of them: ports are freed that were closed long enough
    /// ago, and drivers that wait for none leave.
    void pass_turn();
    /// Moves the clock, doing what becomes due in the order of its time.
    void advance(Duration by);
    VirtualTime now() const { return clock_.now(); }
    Clock& clock() { return clock_; }
    const std::optional<Impasse>& impasse() const { return impasse_; }
    void reach_impasse(Impasse::Kind kind, std::string text);
    /// What is not simulated was only asked for: the host is as it was, and may go on.
    void leave_impasse() { impasse_.reset(); }

    // --- the end (halt.cpp) ----------------------------------------------------------------------------------------

    /// erlang:halt/2. The call never returns: when the last port is gone, all processes end with {halt, Status}.
    BifResult halt(ProcessId by, const term::Term& status, const term::Term& options);
    bool halting() const { return halt_.status.has_value(); }
    /// A port of a halting node has closed: with the last one the node ends.
    void finish_halt();
    /// The scenario is over: reports what would wait forever, and what has been damaged unnoticed.
    void report_end();

    // --- parts -----------------------------------------------------------------------------------------------------

    Processes& processes() { return processes_; }
    const Processes& processes() const { return processes_; }
    Drivers& drivers() { return drivers_; }
    const Drivers& drivers() const { return drivers_; }
    Ports& ports() { return ports_; }
    const Ports& ports() const { return ports_; }
    Io& io() { return io_; }
    const Io& io() const { return io_; }
    Timers& timers() { return timers_; }
    Threads& threads() { return *threads_; }
    Sync& sync() { return sync_; }
    AsyncPool& jobs() { return jobs_; }
    const AsyncPool& jobs() const { return jobs_; }
    DriverMemory& memory() { return memory_; }
    Probe& probe() { return probe_; }

    // --- for all of them -------------------------------------------------------------------------------------------

    Options& options() { return options_; }
    /// What the simulated emulator does as its release does.
    const words::ReleaseFacts& release() const { return options_.release; }
    journal::Journal& journal() { return journal_; }
    Atoms& atoms() { return atoms_; }
    const CommonAtoms& common() const { return common_; }
    /// Journals a misuse of the API; `function` is the one that was called, or none.
    void misuse(Misuse rule, words::ApiFunction function, PortId port, std::string_view detail);
    /// Journals what DriverMemory found damaged, in the name of the API function that made it look.
    void report_damage(words::ApiFunction function);
    /// Journals a line as the emulator's logger would write it.
    void log(std::string_view text) { journal_.write(journal::Logged{text}); }

private:
    void collect_ready();
    void take(const Step& step);
    std::optional<VirtualTime> next_event() const;
    void end_node();

    struct RetireThreads {
        void operator()(Threads* threads) const { Threads::retire(std::unique_ptr<Threads>(threads)); }
    };
    /// So many steps of threads in a row that leave nothing in the journal are a thread that polls: it never rests.
    /// After each rest that it spent in vain it is given half as many, until one of them has an effect.
    static constexpr std::uint64_t most_polls_at_rest = 200;
    struct Halt {
        std::optional<term::Term> status; ///< once halt was called
        bool node_ended = false;          ///< nothing happens any more
    };

    Options options_;
    journal::Journal& journal_;
    Chooser& chooser_;
    Clock clock_;
    std::uint64_t polls_at_rest_ = most_polls_at_rest;
    std::optional<Impasse> impasse_;
    Halt halt_;
    std::vector<Step> ready_;
    Atoms atoms_;
    CommonAtoms common_;
    // In this order: messages and queues refer to driver memory, jobs and drivers to threads.
    DriverMemory memory_;
    std::unique_ptr<Threads, RetireThreads> threads_;
    Sync sync_;
    Probe probe_;
    Processes processes_;
    Ports ports_;
    Drivers drivers_;
    AsyncPool jobs_;
    Timers timers_;
    Io io_;
};

} // namespace ddll::host
