#pragma once
/// host/ is the simulated emulator: processes, ports, drivers, timers, jobs and driver memory, all owned by one Host.
/// It knows neither scenarios nor reports: it does what it is asked, journals what happens, and leaves the choice of
/// what happens next to a Chooser. Read next: step.h, driver.h and port.h, then host/drivers.cpp (effects of the
/// rules), ports_*.cpp (port semantics), callbacks.h (the only way into a driver).
///
/// A host belongs to the thread that made it. Functions named after BIFs return what the BIF would: a value, an
/// exception, or "the caller is blocked" (its answer comes with a later Step::Kind::resume).
#include "base/time.h"
#include "host/atoms.h"
#include "host/current.h"
#include "host/driver.h"
#include "host/memory.h"
#include "host/misuse.h"
#include "host/port.h"
#include "host/process.h"
#include "host/step.h"
#include "host/sync.h"
#include "journal/journal.h"
#include "lifecycle/info.h"
#include "lifecycle/rules.h"
#include "term/expr.h"

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ddll::host {

struct Options {
    Duration async_takes;          ///< virtual time that one async job occupies its thread
    bool open_error_preset = true; ///< the list of dlopen texts begins with the emulator's own first failure
    std::map<std::string, std::string> environment; ///< for erl_drv_getenv and erl_drv_putenv
    std::uint64_t first_port = 5;                   ///< number of the first port opened: the emulator itself has some
    /// Drivers that are linked into the emulator: their names answer in erl_ddll, their ports are not simulated.
    std::vector<std::string> linked_in{"tcp_inet", "udp_inet", "ram_file_drv", "tty_sl"};
};

using BifResult = term::Evaluated;

/// Why a host can go no further. Not the driver's mistake as such, and never silently passed over.
struct Impasse {
    enum class Kind : std::uint8_t {
        not_implemented, ///< the driver needs a part of the API that is not there yet
        no_rest,         ///< more steps than any story needs: a timer or message loop that never ends
        journal_full,    ///< the driver floods
    };
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

    // --- processes (processes.cpp) ---------------------------------------------------------------------------------

    ProcessId start_process(std::string name, bool trap_exit);
    Process* find(ProcessId id);
    const Process* find(ProcessId id) const;
    /// The process will end with `reason` at the end of the time slice; the first reason counts.
    void doom(Process& process, term::Term reason);
    /// An exit signal as a link or exit/2 sends it. `from` is the pid or port that sends.
    void exit_signal(Process& to, const term::Term& from, const term::Term& reason, bool by_exit_bif);
    /// Puts a message into the mailbox (or gives it to the wrapper that waits for it) and journals it.
    void deliver(Process& to, term::Term message, PortId from_port, ProcessId from_process);
    /// Forgets all messages: the story has read them.
    void empty_mailboxes();
    RefId fresh_reference();
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

    void set_timer(Port& port, std::uint64_t milliseconds);
    void cancel_timer(Port& port);
    std::uint64_t read_timer(const Port& port) const;
    long add_job(Port& port, unsigned* key, void (*invoke)(void*), void* data, void (*free)(void*));

    // --- for everybody ---------------------------------------------------------------------------------------------

    DriverMemory& memory() { return memory_; }
    Atoms& atoms() { return atoms_; }
    const CommonAtoms& common() const { return common_; }
    Sync& sync() { return sync_; }
    journal::Journal& journal() { return journal_; }
    std::map<std::string, std::string>& environment() { return options_.environment; }
    /// Journals a misuse of the API; `function` is a row of api/functions.def or no_function.
    void misuse(Misuse rule, std::uint16_t function, PortId port, std::string_view detail);
    void log(std::string_view text);
    /// An API function was called on a thread that must not call it. Any thread; journaled with the next step.
    void note_foreign_call(std::uint16_t function);
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
        bool started = false;
        VirtualTime ends;
    };
    /// Deadline, then the order of setting.
    using TimerKey = std::pair<VirtualTime, std::uint64_t>;

    // stepping.cpp
    void collect_ready();
    void journal_foreign_calls();
    void perform(const Step& step);
    std::optional<VirtualTime> next_event() const;
    // processes.cpp
    void scan_exit(Process& process);
    void signal_exit(Process& process);
    void remove_link(Process& process, const Linked& other);
    bool give_to_wrapper(Process& process, const term::Term& message);
    void set_answer(Process& process, Answer answer);
    // drivers.cpp
    void perform(Driver& driver, const lifecycle::Effect& effect, const lifecycle::Request& cause,
                 lifecycle::Reply& reply, const term::Term* as_written);
    void send_driver_message(Driver& driver, const lifecycle::effect::Send& message, const term::Term* as_written);
    void finish_and_close(Driver& driver);
    std::optional<lifecycle::LoadError> open_image(Driver& driver, const std::string& path);
    void take_out_of_list(Driver& driver);
    void forget_if_absent(Driver& driver);
    void journal_driver(const Driver& driver);
    std::size_t text_index(std::string text);
    void take_entry(Driver& driver, ErlDrvEntry* entry);
    void leaked(const Driver& driver, std::string_view what);
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
    // ports_*.cpp
    Port& make_port(Driver* driver, ProcessId owner, std::string name);
    void take_out_of_driver(Port& port);
    bool parse_port_settings(const term::Term& settings, PortOptions& options, bool& driver_ok) const;
    BifResult start_failed(Port& port, std::intptr_t result, int error);
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
    void start_job();
    void end_job();
    void fire_timer(PortId id);

    Options options_;
    journal::Journal& journal_;
    Chooser& chooser_;
    Atoms atoms_;
    CommonAtoms common_;
    DriverMemory memory_;
    Sync sync_;
    VirtualTime now_;
    std::optional<Impasse> impasse_;

    std::unordered_map<ProcessId, std::unique_ptr<Process>> processes_;
    std::unordered_map<std::string, std::variant<ProcessId, PortId>> registered_;
    std::unordered_map<PortId, std::unique_ptr<Port>> ports_;
    std::list<std::unique_ptr<Driver>> drivers_; ///< newest first; a driver being replaced is in limbo_
    std::list<std::unique_ptr<Driver>> limbo_;   ///< not in the list: being opened, or closing
    std::vector<std::string> error_texts_;       ///< numbered -10, -11, ...
    std::map<std::string, Proof, std::less<>> proofs_;

    std::deque<ProcessId> ending_;    ///< doomed, in order of death
    std::deque<PortId> closed_ports_; ///< structures to be freed, in order of closing
    std::deque<DriverId> collects_;
    std::deque<ProcessId> resumable_;
    std::deque<PortId> ending_programs_;
    std::map<TimerKey, PortId> timers_;
    std::deque<Job> jobs_; ///< of the one pool thread, first in first out
    std::vector<Step> ready_;
    std::mutex foreign_lock_;
    std::vector<std::uint16_t> foreign_calls_; ///< guarded by foreign_lock_
    std::atomic<bool> has_foreign_calls_{false};
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
