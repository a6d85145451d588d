#pragma once
/// A simulated port. Its state changes only in this folder; callbacks.cpp is the only place that calls its driver.
#include "base/id.h"
#include "base/time.h"
#include "host/made.h"
#include "host/ports/io_queue.h"
#include "host/processes/links.h"
#include "term/term.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ddll::host {

struct Driver;
struct PortDataLock;

/// Options of open_port/2 that mean something to a driver.
struct PortOptions {
    bool binary = false;
    bool eof = false;
    bool exit_status = false; ///< of an external program
    bool only_out = false;    ///< what it writes is not read, and that it has ended shows itself at the next command
    std::uint32_t line = 0;   ///< 0: not a line port
    bool parallelism = false;
    bool message_queue_limits_given = false, message_queue_limits_disabled = false;
    std::uint64_t message_queue_low = 0, message_queue_high = 0;
};

struct Port {
    enum class State : std::uint8_t {
        starting, ///< inside start: visible, but without link and options
        open,
        closing, ///< links and monitors were told, the queue is not empty yet
        stopped, ///< stop has returned (or start failed): handles are stale, the structure is about to be freed
    };
    struct Opening {
        PortId creator;      ///< of driver_create_port
        ProcessId opener;    ///< who waits in open_port for erl_drv_init_ack
        bool failed = false; ///< the driver called driver_failure* inside start
    };
    struct Monitor {
        RefId ref;
        ProcessId watcher;
        std::string name{}; ///< under which it was monitored, or empty
    };
    /// Processes that hear of its end, in this order.
    struct Watchers {
        Links links; ///< processes
        std::vector<Monitor> monitors;
    };
    struct ProcessMonitor {
        RefId ref;
        ProcessId process;
        Made made;
    };
    /// Processes whose end its driver hears of.
    struct Watching {
        std::vector<ProcessMonitor> monitors; ///< in order of monitoring
        RefId firing;                         ///< the monitor whose process_exit runs
        std::optional<term::Term> failure;    ///< driver_failure* inside process_exit: closed when it has returned
    };
    struct LineMode {
        std::string buffer;
        bool carriage_return = false; ///< one came, and the next byte tells whether it ends the line
    };
    struct Flow {
        bool busy = false;
        Made made_busy;                   ///< the call that made it so
        std::vector<ProcessId> suspended; ///< in order of suspension
        bool has_limits = true;           ///< of the message queue
        std::uint64_t low = 4096, high = 8192;

        /// erl_drv_busy_msgq_limits: takes what the driver asks for and gives back what it sees (measured).
        void adjust_limits(std::uint64_t& wanted_low, std::uint64_t& wanted_high);
    };
    struct Closing {
        bool by_message = false;  ///< {Port, closed} is owed
        bool inside_stop = false; ///< stop has been called and did not return yet
        bool draining = false;    ///< stop comes, or came, after closing: what it sends goes nowhere
        std::uint64_t turn = 0;   ///< of processes, when it was closed: see Ports::pass_turn
    };
    struct Timer {
        std::optional<VirtualTime> due;
        std::uint64_t number = 0; ///< which timer event is the valid one
        Made made;
    };
    struct Running {
        std::uint32_t callbacks = 0;
        int timeslice_used = 0; ///< percent, of the callback that runs
    };
    /// What processes ask for, and nothing else reads.
    struct Info {
        std::uint64_t input = 0, output = 0; ///< bytes
        std::optional<std::int64_t> os_pid;
        term::Term data; ///< port_set_data
    };
    /// Neighbours among the ports of the same driver, in order of opening.
    struct Siblings {
        Port* previous = nullptr;
        Port* next = nullptr;
    };

    PortId id;
    Driver* driver = nullptr; ///< null for the port of an external program
    State state = State::starting;
    ProcessId owner;
    std::string name; ///< the whole open_port text, bytes
    ErlDrvData data = nullptr;
    PortOptions options;
    int control_flags = 0;
    Opening opening;
    Watchers watchers;
    Watching watching;
    IoQueue queue;
    PortDataLock* data_lock = nullptr; ///< owned by Sync, one reference is the port's
    LineMode line;
    Flow flow;
    Closing closing;
    Timer timer; ///< set by Timers
    Running running;
    Info info;
    Siblings siblings;

    explicit Port(DriverMemory& memory) : queue(memory) {}

    /// erl_drv_consume_timeslice: true when the share of the running callback is used up.
    bool consume_timeslice(int percent);

    /// May a driver still use its handle?
    bool valid() const { return state != State::stopped; }
    /// Can processes send commands, close it, connect it?
    bool usable() const { return state == State::open || state == State::starting; }
    /// While draining nothing gets out, not even from the stop that ends it. A stop without draining still talks.
    bool discards_output() const { return closing.draining; }

    /// Becomes the last one among the ports of its driver.
    void join_driver();
    void leave_driver();
};

} // namespace ddll::host
