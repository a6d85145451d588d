#pragma once
/// A simulated port. Its state changes only in ports_*.cpp; callbacks.cpp is the only place that calls its driver.
#include "base/id.h"
#include "base/time.h"
#include "host/made.h"
#include "host/ports/io_queue.h"
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
    std::uint32_t line = 0; ///< 0: not a line port
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

    PortId id;
    Driver* driver = nullptr; ///< null for the port of an external program
    State state = State::starting;
    ProcessId owner;
    std::string name; ///< the whole open_port text, bytes
    ErlDrvData data = nullptr;
    PortOptions options;
    int control_flags = 0;
    std::vector<ProcessId> links;
    struct Monitor {
        RefId ref;
        ProcessId watcher;
        std::string name{}; ///< under which it was monitored, or empty
    };
    std::vector<Monitor> monitored_by;
    struct ProcessMonitor {
        RefId ref;
        ProcessId process;
        Made made;
    };
    std::vector<ProcessMonitor> watches;           ///< processes that the driver monitors, in order of monitoring
    RefId firing;                                  ///< the monitor whose process_exit runs
    std::optional<term::Term> failed_while_firing; ///< driver_failure* inside process_exit: closed when it has returned
    PortId creator;                                ///< of driver_create_port
    ProcessId opener;                              ///< who waits in open_port for erl_drv_init_ack
    IoQueue queue;
    Made queue_filled;                 ///< the last call that did
    PortDataLock* data_lock = nullptr; ///< owned by Sync, one reference is the port's
    std::string line_buffer;
    bool carriage_return = false;   ///< in line mode: one came, and the next byte tells whether it ends the line
    bool failed_in_start = false;   ///< the driver called driver_failure* inside start
    bool closed_by_message = false; ///< {Port, closed} is owed
    bool stopping = false;          ///< inside stop
    bool was_draining = false;      ///< stop came after closing: what it sends goes nowhere
    bool busy = false;
    std::vector<ProcessId> suspended; ///< in order of suspension
    std::optional<VirtualTime> timer;
    std::uint64_t timer_seq = 0; ///< which timer event is the valid one
    Made timer_made;
    std::uint32_t callbacks_running = 0;
    std::uint64_t input = 0, output = 0;
    std::optional<std::int64_t> os_pid;
    term::Term data_term; ///< port_set_data
    bool has_message_queue_limits = true;
    std::uint64_t message_queue_low = 4096, message_queue_high = 8192;
    int timeslice_used = 0; ///< percent, of the callback that runs

    // Neighbours among the ports of the same driver, in order of opening.
    Port* previous_of_driver = nullptr;
    Port* next_of_driver = nullptr;

    explicit Port(DriverMemory& memory) : queue(memory) {}

    /// erl_drv_busy_msgq_limits: takes what the driver asks for and gives back what it sees (measured).
    void adjust_message_queue_limits(std::uint64_t& low, std::uint64_t& high);
    /// erl_drv_consume_timeslice: true when the share of the running callback is used up.
    bool consume_timeslice(int percent);

    /// May a driver still use its handle?
    bool valid() const { return state != State::stopped; }
    /// Can processes send commands, close it, connect it?
    bool usable() const { return state == State::open || state == State::starting; }
};

} // namespace ddll::host
