#pragma once
/// host/ is the simulated emulator: processes, ports, drivers, timers, jobs and driver memory, all owned by one Host.
/// It knows neither scenarios nor reports: it does what it is asked, journals what happens, and leaves the choice of
/// what happens next to a Chooser. Read next: step.h, driver.h and port.h, then host/drivers/drivers.cpp (effects of
/// the rules), ports_*.cpp (port semantics), callbacks.h (the only way into a driver).
///
/// A host belongs to the thread that made it. Functions named after BIFs return what the BIF would: a value, an
/// exception, or "the caller is blocked" (its answer comes with a later Step::Kind::resume).
#include "base/time.h"
#include "host/atoms.h"
#include "host/current.h"
#include "host/drivers/driver.h"
#include "host/drivers/libraries.h"
#include "host/io/poller.h"
#include "host/memory/memory.h"
#include "host/misuse.h"
#include "host/ports/monitors.h"
#include "host/ports/port.h"
#include "host/probe/interposed.h"
#include "host/probe/traces.h"
#include "host/processes/process.h"
#include "host/processes/signals.h"
#include "host/step.h"
#include "host/threads/sync.h"
#include "host/threads/threads.h"
#include "journal/journal.h"
#include "lifecycle/info.h"
#include "lifecycle/rules.h"
#include "term/expr.h"

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ddll::host {

struct Options {
    Duration async_takes;       ///< virtual time that one async job occupies its thread
    unsigned async_threads = 1; ///< size of the async pool (erl +A), at least 1
    ThreadMode threads = ThreadMode::serial;
    bool probe = false; ///< look at what libraries leave in the process, time callbacks, guard what was unmapped
    bool open_error_preset = true; ///< the list of dlopen texts begins with the emulator's own first failure
    std::map<std::string, std::string> environment; ///< for erl_drv_getenv and erl_drv_putenv
    std::uint64_t first_port = 5;                   ///< number of the first port opened: the emulator itself has some
    /// Drivers that are linked into the emulator: their names answer in erl_ddll, their ports are not simulated.
    std::vector<std::string> linked_in{"tcp_inet", "udp_inet", "ram_file_drv", "tty_sl"};
};

using BifResult = term::Evaluated;

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

    // --- stepping --------------------------------------------------------------------------------------------------

    /// Does one of the steps that may happen now; false when there is none.
    bool step();
    /// Steps until nothing more can happen at the current virtual time, or an impasse.
    void run_until_idle();
    /// Moves the clock, doing what becomes due in the order of its time.
    void advance(Duration by);
    VirtualTime now() const { return now_; }
    const std::optional<Impasse>& impasse() const { return impasse_; }
    void reach_impasse(Impasse::Kind kind, std::string text);
    /// What is not simulated was only asked for: the host is as it was, and may go on.
    void leave_impasse() { impasse_.reset(); }

    // --- processes (processes.cpp) ---------------------------------------------------------------------------------

    ProcessId start_process(std::string name, bool trap_exit);
    Process* find(ProcessId id);
    const Process* find(ProcessId id) const;
    /// The process will end with `reason` at the end of the time slice; the first reason counts.
    void mark_exiting(Process& process, term::Term reason);
    RefId fresh_reference();

    // --- signals (signals.cpp) -------------------------------------------------------------------------------------

    /// `by` makes the next calls without a pause: exit signals to it are held until one of them handles signals, or the
    /// last is done.
    void begin_turn(ProcessId by, std::size_t calls);
    /// After each of them, before it returns. One that blocks ends the turn.
    void end_call(bool blocked);
    /// Whatever calls are left are not made.
    void end_turn();
    /// Those of the process whose turn it is.
    void handle_signals();
    /// What calls to ports and questions about processes do before they return to `by`: they handle its signals, and
    /// when there were any, or another process is `asked`, which may be nobody, others run first.
    void give_way(ProcessId by, const Process* asked);
    /// An exit signal as a link or exit/2 sends it. `from` is the pid or port that sends.
    void exit_signal(Process& to, const term::Term& from, const term::Term& reason, ExitSource source);
    /// Puts a message into the mailbox (or gives it to the wrapper that waits for it) and journals it.
    void deliver(Process& to, term::Term message, PortId from_port, ProcessId from_process);
    /// Forgets all messages: the story has read them.
    void empty_mailboxes();

    // --- processes, links, monitors (processes.cpp) ------------------------------------------------------------------

    BifResult process_exit(ProcessId by, const term::Term& target, const term::Term& reason);
    BifResult process_link(ProcessId by, const term::Term& target);
    BifResult process_unlink(ProcessId by, const term::Term& target);
    BifResult process_monitor(ProcessId by, const term::Term& type, const term::Term& item);
    BifResult process_demonitor(ProcessId by, const term::Term& ref);
    BifResult process_register(ProcessId by, const term::Term& name, const term::Term& target);
    BifResult process_unregister(ProcessId by, const term::Term& name);
    BifResult process_whereis(const term::Term& name) const;
    /// The answer of a call that was blocked, once; nothing while it is still blocked.
    std::optional<Answer> take_answer(ProcessId id);

    // --- drivers (drivers.cpp, loading.cpp, erl_ddll.cpp) ------------------------------------------------------------

    BifResult try_load(ProcessId by, const term::Term& path, const term::Term& name, const term::Term& options);
    BifResult try_unload(ProcessId by, const term::Term& name, const term::Term& options);
    BifResult ddll_monitor(ProcessId by, const term::Term& type, const term::Term& item);
    BifResult ddll_demonitor(ProcessId by, const term::Term& ref);
    BifResult ddll_info(const term::Term& name, const term::Term& item) const;
    BifResult ddll_info(const term::Term& name) const;
    BifResult ddll_info() const;
    BifResult loaded_drivers() const;
    BifResult format_error(const term::Term& error) const;
    /// load/2, load_driver/2, reload/2, reload_driver/2: a wrapper around try_load that may wait.
    BifResult load_wrapper(ProcessId by, const term::Term& path, const term::Term& name, bool kill_ports, bool reload);
    BifResult unload_driver(ProcessId by, const term::Term& name);
    BifResult unload(ProcessId by, const term::Term& name);
    /// The newest driver of that name, or nullptr.
    Driver* find_driver(std::string_view name);
    const Driver* find_driver(std::string_view name) const;
    int lock_driver(Port& port);
    void add_static_driver(ErlDrvEntry* entry);
    int remove_static_driver(ErlDrvEntry* entry);
    /// Asks the rules and carries out what follows.
    /// `as_written` is the driver's name as the caller of monitor/2 wrote it; answers given at once carry it.
    lifecycle::Reply ask(Driver& driver, const lifecycle::Request& request, const term::Term* as_written = nullptr);
    std::size_t jobs_of(const Driver& driver) const;
    /// A job of it is out, or a descriptor selected for it: something may yet call the driver for this port.
    bool may_be_called(const Port& port) const { return has_jobs(port) || !poller_.of(port.id).empty(); }
    /// What is known of the last removal or replacement of a driver of this name.
    struct Proof {
        bool reloaded = false;
        bool old_gone = false;
        bool new_runs = false;
    };
    const Proof* proof(std::string_view name) const;

    // --- ports (ports_open.cpp, ports_bifs.cpp, ports_close.cpp, port_info.cpp)
    // ---------------------------------------

    BifResult open_port(ProcessId by, const term::Term& name, const term::Term& settings);
    BifResult port_command(ProcessId by, const term::Term& port, const term::Term& data, const term::Term& options);
    BifResult port_control(ProcessId by, const term::Term& port, const term::Term& op, const term::Term& data);
    BifResult port_call(ProcessId by, const term::Term& port, const term::Term& op, const term::Term& argument);
    BifResult port_close(ProcessId by, const term::Term& port);
    BifResult port_connect(ProcessId by, const term::Term& port, const term::Term& owner);
    BifResult port_info(const term::Term& port) const;
    BifResult port_info(const term::Term& port, const term::Term& item) const;
    BifResult port_set_data(const term::Term& port, term::Term data);
    BifResult port_get_data(const term::Term& port) const;
    BifResult ports() const;
    /// Receiver ! Message, to a pid, a port or a registered name.
    BifResult send(ProcessId by, const term::Term& to, const term::Term& message, const term::Term& options);

    Port* find(PortId id);
    const Port* find(PortId id) const;
    Port* create_port(Port& creator, ProcessId owner, std::string name, ErlDrvData data);
    enum class CloseCause : std::uint8_t { request, message, driver };
    void close(Port& port, const term::Term& reason, CloseCause cause);
    void kill(Port& port); ///< because its driver is being unloaded or reloaded by force
    void set_busy(Port& port, bool on);
    /// Called when a callback of the port has returned: a drained port stops now.
    void settle(Port& port);
    /// erl_drv_init_ack: lets the process that waits in open_port/2 go on. `error` is errno as the driver left it.
    void acknowledge_open(Port& port, ErlDrvData result, int error);
    /// Gives the opener its port before anything else ends the waiting (measured: any driver_failure* does).
    void answer_opener(Port& port);

    // --- monitors of ports on processes (monitors.cpp) ---------------------------------------------------------------

    /// As driver_monitor_process; `id` is nothing for a word that is no pid.
    int monitor_process(Port& port, std::optional<ProcessId> id, ErlDrvMonitor& monitor, const Made& made = {});
    /// As driver_demonitor_process.
    int demonitor_process(Port& port, const ErlDrvMonitor& monitor);

    // --- the end of the node (halt.cpp) ------------------------------------------------------------------------------

    /// erlang:halt/2. The call never returns: when the last port is gone, all processes end with {halt, Status}.
    BifResult halt(ProcessId by, const term::Term& status, const term::Term& options);
    /// The story is over: reports what would wait for ever, and what has been damaged without anybody noticing.
    void report_end();
    bool probes() const { return options_.probe; }

    // --- messages of a port (output.cpp) -----------------------------------------------------------------------------

    /// {Port, {data, D}} to the owner; false when there is nobody to receive it or the port is draining.
    bool output_to_owner(Port& port, term::Term data);
    /// As driver_output2: header and bytes in the port's mode, line splitting included. `bytes` without data pointer:
    /// [].
    void output_bytes(Port& port, std::string_view header, std::string_view bytes, bool no_buffer);
    void flush_line_buffer(Port& port);
    /// A term from the driver to a process; 1 delivered, 0 not.
    int send_term(Port* port, ProcessId to, term::Term message);
    bool discards_output(const Port& port) const;
    /// Bytes of a driver binary as a message sees them: up to 64 are copied, more are shared and counted.
    term::Term binary_term(ErlDrvBinary* binary, std::size_t offset, std::size_t length);

    // --- time, jobs (timers.cpp, async.cpp)
    // ----------------------------------------------------------------------------

    void set_timer(Port& port, std::uint64_t milliseconds, const Made& made = {});
    void cancel_timer(Port& port);
    std::uint64_t read_timer(const Port& port) const;
    long add_job(Port& port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*),
                 const Made& made = {});

    // --- threads (driver_threads.cpp)
    // ---------------------------------------------------------------------------------

    /// erl_drv_thread_create: 0 or an errno value. The thread starts when it is its turn.
    int create_thread(std::string name, void* (*function)(void*), void* argument, std::size_t stack_size,
                      Thread*& thread);
    /// erl_drv_thread_exit, on a thread made by create_thread.
    [[noreturn]] void exit_thread(void* result);
    /// The lock of a port, nullptr when it has one already.
    PortDataLock* create_port_data_lock(Port& port, const Made& made);
    /// One reference less; the lock goes with the last one.
    std::int64_t drop_reference(PortDataLock& lock);

    // --- selected descriptors (select.cpp)
    // ---------------------------------------------------------------------------------------------

    /// driver_select: 0, or -1 for a descriptor that cannot be.
    int select(Port& port, int descriptor, int mode, bool on, const Made& made);
    /// Waits in real time until a selected descriptor is ready, one of `also` can be read or somebody calls
    /// poller().wake(); false when `longest` went by. What happens after it depends on the outside world: another run
    /// may differ.
    bool wait_outside(std::chrono::milliseconds longest, std::span<const int> also = {});
    /// Can anything still happen without the story's doing? Without it there is nothing to wait for.
    bool outside_may_act() const { return !poller_.empty() || threads_->may_act(); }
    Poller& poller() { return poller_; }

    // --- for everybody ---------------------------------------------------------------------------------------------

    DriverMemory& memory() { return memory_; }
    Atoms& atoms() { return atoms_; }
    const CommonAtoms& common() const { return common_; }
    Threads& threads() { return *threads_; }
    Sync& sync() { return sync_; }
    Libraries& libraries() { return libraries_; }
    Interposed& interposed() { return interposed_; }
    journal::Journal& journal() { return journal_; }
    std::map<std::string, std::string>& environment() { return options_.environment; }
    /// Journals what DriverMemory found damaged, in the name of the API function that made it look.
    void report_damage(words::ApiFunction function);
    /// Journals a misuse of the API; `function` is the one that was called, or none.
    void misuse(Misuse rule, words::ApiFunction function, PortId port, std::string_view detail);
    void log(std::string_view text);
    /// Microseconds since `epoch_us` + now, strictly increasing from call to call.
    std::int64_t unique_now(std::int64_t epoch_us);
    /// Registered name or identity to a live thing; for arguments that take both.
    Port* port_argument(const term::Term& term);
    const Port* port_argument(const term::Term& term) const;
    /// Every port that erlang:ports/0 would list, in order of opening.
    std::vector<const Port*> live_ports() const;
    const std::list<std::unique_ptr<Driver>>& drivers() const { return drivers_; } ///< newest first

private:
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
    /// A thread of the async pool with its jobs, first in first out.
    struct PoolThread {
        Host* host = nullptr;
        Thread* thread = nullptr; ///< made with the first job
        std::deque<Job> jobs;
        bool busy = false;      ///< in the function of a job
        VirtualTime busy_until; ///< the last job took that long
    };
    /// Deadline, then the order of setting.
    using TimerKey = std::pair<VirtualTime, std::uint64_t>;

    // stepping.cpp
    void collect_ready();
    void take(const Step& step);
    std::optional<VirtualTime> next_event() const;
    // processes.cpp
    void scan_exit(Process& process);
    void signal_exit(Process& process);
    void remove_link(Process& process, const Linked& other);
    void tell_watchers(Process& process);
    void fire_monitor(PortId port, RefId ref);
    void remove_monitors(Port& port);
    void end_node();
    void finish_halt();
    bool give_to_wrapper(Process& process, const term::Term& message);
    void set_answer(Process& process, Answer answer);
    // drivers.cpp
    void carry_out(Driver& driver, const lifecycle::Effect& effect, const lifecycle::Request& cause,
                   lifecycle::Reply& reply, const term::Term* as_written);
    void send_driver_message(Driver& driver, const lifecycle::effect::Send& message, const term::Term* as_written);
    void finish_and_close(Driver& driver);
    std::optional<lifecycle::LoadError> open_image(Driver& driver, const std::string& path);
    void take_out_of_list(Driver& driver);
    void forget_if_absent(Driver& driver);
    void journal_driver(const Driver& driver, words::LifecycleRow row = words::LifecycleRow::none);
    std::size_t text_index(std::string text);
    void take_entry(Driver& driver, ErlDrvEntry* entry);
    void report_changed_entry(const Driver& driver);
    void leftover(Misuse rule, const Made& made, PortId port, std::string_view detail);
    void report_leftovers(Driver& driver);
    void cleared_away(const Port& port, const Made& made, words::Cleared cleared, std::string_view what);
    void report_cleared_queue(const Port& port);
    void report_jobs(const Port& port);
    void report_port_leftovers(Port& port);
    bool has_jobs(const Port& port) const;
    void release_data_lock(Port& port);
    void report_holding_locks();
    lifecycle::LoadError open_error(const std::string& path, std::string text);
    void kill_ports(Driver& driver);
    Driver& make_driver(std::string name, bool newest);
    Driver* find(DriverId id);
    term::Term load_error_term(const lifecycle::LoadError& error) const;
    term::Term reply_term(const lifecycle::Reply& reply) const;
    /// Nothing where path or name is no such thing (badarg).
    std::optional<lifecycle::Reply> load(lifecycle::request::Load load, const term::Term& path, const term::Term& name);
    std::optional<lifecycle::Reply> unload(lifecycle::request::Unload unload, const term::Term& name);
    BifResult wrap(ProcessId by, const lifecycle::Reply& answer, WrapperKind kind);
    bool parse_load_options(const term::Term& options, lifecycle::request::Load& request) const;
    bool parse_unload_options(const term::Term& options, lifecycle::request::Unload& request) const;
    term::Term info_value(const Driver& driver, lifecycle::InfoItem item) const;
    term::Term info_items(const Driver& driver) const;
    // probe.cpp
    bool close_image(Driver& driver, std::string_view path);
    void report_residues(const Driver& driver, const CodeRange& old, bool gone, const Variables& variables);
    std::int64_t heap_outside_driver_api(); ///< bytes
    void see_entry(const Driver& driver);
    // ports_*.cpp
    Port& make_port(Driver* driver, ProcessId owner, std::string name);
    void take_out_of_driver(Port& port);
    bool parse_port_settings(const term::Term& settings, PortOptions& options, bool& driver_ok) const;
    BifResult start_failed(Port& port, std::intptr_t result, int error);
    /// What open_port/2 raises for ERL_DRV_ERROR_GENERAL, _ERRNO, _BADARG.
    term::Term start_error(std::intptr_t result, int error) const;
    Process* waiting_opener(const Port& port);
    bool run_command(Port& port, ProcessId caller, const term::Term& data);
    void suspend(Process& process, Port& port, const term::Term& data, ProcessId on_behalf_of);
    BifResult send_to_port(ProcessId by, Port& port, const term::Term& message, bool no_suspend);
    term::Term control_result(Port& port, bool binary, char* buffer, char* result, std::size_t n);
    std::optional<term::Term> port_item(const Port& port, std::string_view item) const;
    term::Term registered_name(PortId id) const;
    void bad_signal(Port& port);
    void tell_links(Port& port, const term::Term& reason);
    void terminate(Port& port);
    void free_structure(PortId id);
    void retry_suspended(Process& process);
    // async.cpp, timers.cpp
    void give_work();
    void run_jobs(PoolThread& pool);
    void end_job(std::uint64_t number);
    void leave_threads_behind(Driver& driver);
    void fire_timer(PortId id);
    // select.cpp
    void look_outside();
    void offer_descriptors();
    void descriptor_ready(int descriptor, Direction direction);
    void descriptor_is_closed(int descriptor);
    void steal(Port& port, int descriptor, int mode, bool on);
    void select_on(Port& port, int descriptor, int mode, const Made& made);
    void select_off(Port& port, int descriptor, int mode, bool stops);
    void deselect(int descriptor, int mode);
    void mind_progress(int descriptor, Direction direction, std::optional<int> before);
    void blame_selected(const Port& port);
    void blame_closed(int descriptor, const Selected& selected);
    static bool closed_behind(int descriptor, const Selected& selected);

    Options options_;
    journal::Journal& journal_;
    Chooser& chooser_;
    Atoms atoms_;
    CommonAtoms common_;
    DriverMemory memory_;
    struct RetireThreads {
        void operator()(Threads* threads) const { Threads::retire(std::unique_ptr<Threads>(threads)); }
    };
    std::unique_ptr<Threads, RetireThreads> threads_;
    Sync sync_;
    Libraries libraries_;
    Interposed interposed_;
    VirtualTime now_;
    std::optional<Impasse> impasse_;

    std::unordered_map<ProcessId, std::unique_ptr<Process>> processes_;
    Signals signals_;
    std::unordered_map<std::string, std::variant<ProcessId, PortId>> registered_;
    std::unordered_map<PortId, std::unique_ptr<Port>> ports_;
    std::list<std::unique_ptr<Driver>> drivers_;  ///< newest first; a driver being replaced is in limbo_
    std::list<std::unique_ptr<Driver>> unlisted_; ///< not in the list: being opened, or closing
    std::vector<std::string> error_texts_;        ///< numbered -10, -11, ...
    std::map<std::string, Proof, std::less<>> proofs_;

    std::optional<term::Term> halting_; ///< the status, once halt was called
    bool node_ended_ = false;           ///< nothing happens any more
    std::deque<ProcessId> ending_;      ///< exiting, in order of death
    std::deque<PortId> closed_ports_;   ///< structures to be freed, in order of closing
    std::deque<DriverId> collects_;
    std::deque<ProcessId> resumable_;
    std::deque<PortId> ending_programs_;
    std::map<TimerKey, PortId> timers_;
    std::vector<std::unique_ptr<PoolThread>> pool_;
    std::deque<Job> done_jobs_;    ///< their functions have run, in that order
    std::size_t jobs_in_pool_ = 0; ///< given out and not yet done
    Poller poller_;
    bool waited_ = false;       ///< in real time, since the last run_until_idle
    bool others_first_ = false; ///< a round of ready descriptors is over: what else waits has its turn
    std::vector<Poller::Event> ready_descriptors_;
    std::vector<Step> ready_;
    std::int64_t last_now_us_ = 0;

    std::uint64_t next_process_ = 80; // as in a freshly started node, where 0.80.0 or so is the first free pid
    std::uint64_t next_port_;
    std::uint64_t next_reference_ = 1;
    std::uint64_t next_driver_ = 1;
    std::uint64_t next_image_ = 1;
    std::uint64_t next_job_ = 1;
    std::uint64_t next_timer_ = 1;
};

} // namespace ddll::host
