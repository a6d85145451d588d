#pragma once
/// The ports of the emulator: how they are opened and closed, and what processes do with them. Functions named after
/// BIFs take the terms of a call. Read next: port.h, open.cpp, bifs.cpp, close.cpp; what a port sends is in output.h,
/// its monitors on processes in monitors.h.
#include "base/id.h"
#include "host/ports/port.h"
#include "host/processes/process.h"

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace ddll::host {

class Host;

enum class CloseCause : std::uint8_t { request, message, driver };

class Ports {
public:
    Ports(Host& host, std::uint64_t first_port) : host_(host), next_port_(first_port) {}

    // --- BIFs (open.cpp, bifs.cpp, info.cpp) -----------------------------------------------------------------------

    BifResult open(ProcessId by, const term::Term& name, const term::Term& settings);
    BifResult command(ProcessId by, const term::Term& port, const term::Term& data, const term::Term& options);
    BifResult control(ProcessId by, const term::Term& port, const term::Term& op, const term::Term& data);
    BifResult call(ProcessId by, const term::Term& port, const term::Term& op, const term::Term& argument);
    BifResult close(ProcessId by, const term::Term& port);
    BifResult connect(ProcessId by, const term::Term& port, const term::Term& owner);
    BifResult info(const term::Term& port) const;
    BifResult info(const term::Term& port, const term::Term& item) const;
    BifResult set_data(const term::Term& port, term::Term data);
    BifResult get_data(const term::Term& port) const;
    BifResult list() const;
    /// Port ! Message.
    BifResult message(ProcessId by, Port& port, const term::Term& message, bool no_suspend);

    // --- the table -------------------------------------------------------------------------------------------------

    /// A process hears that it was linked to a port: it may be gone by then.
    void linked(PortId id, Process& process);
    Port* find(PortId id);
    const Port* find(PortId id) const { return const_cast<Ports*>(this)->find(id); }
    /// Registered name or identity to a port; for arguments that take both.
    Port* argument(const term::Term& term);
    const Port* argument(const term::Term& term) const { return const_cast<Ports*>(this)->argument(term); }
    /// All that erlang:ports/0 would list, in order of opening.
    std::vector<const Port*> live() const;
    /// In no order; also those that are about to be freed.
    const std::unordered_map<PortId, std::unique_ptr<Port>>& all() const { return ports_; }

    // --- what happens to them --------------------------------------------------------------------------------------

    /// driver_create_port; nullptr when that cannot be.
    Port* create(const Port& creator, ProcessId owner, std::string name, ErlDrvData data);
    void close(Port& port, const term::Term& reason, CloseCause cause);
    /// Because the driver is being unloaded or reloaded by force: all of its ports, in order of opening.
    void kill_all(const Driver& driver);
    /// Called when a callback of the port has returned: a drained port stops now.
    void settle(Port& port);
    void set_busy(Port& port, bool on, const Made& made = {});
    /// The process was suspended by a busy port: its request is tried again.
    void retry(Process& process);
    /// erl_drv_init_ack: lets the process that waits in open_port/2 go on. `error` is errno as the driver left it.
    void acknowledge_open(Port& port, ErlDrvData result, int error);
    /// Gives the opener its port before anything else ends the waiting (measured: any driver_failure* does).
    void answer_opener(Port& port);
    /// The process that is still inside open_port/2 for this port, or nullptr.
    Process* waiting_opener(const Port& port);

    // --- for the steps of the host ---------------------------------------------------------------------------------

    bool idle() const { return closed_.empty() && ending_programs_.empty(); }
    const std::deque<PortId>& closed() const { return closed_; }
    /// Frees what was closed three turns of processes ago (measured on OTP 25 with one scheduler).
    void pass_turn();
    /// Frees the structure of the first of those that closed.
    void free_next();
    void begin_run() { freed_turn_.reset(); }
    /// The next to be freed closed in a later turn than the last one that was, in this run: others have turns between.
    bool next_is_later() const;
    const std::deque<PortId>& ending_programs() const { return ending_programs_; }
    void end_next_program();

private:
    Port& make(Driver* driver, ProcessId owner, std::string name);
    BifResult start_failed(Port& port, std::intptr_t result, int error);
    bool run_command(Port& port, ProcessId caller, const term::Term& data);
    void command_message(Port& port, ProcessId by, ProcessId named, const term::Term& data);
    void kill(Port& port);
    void terminate(Port& port);

    Host& host_;
    std::unordered_map<PortId, std::unique_ptr<Port>> ports_;
    std::deque<PortId> closed_;               ///< structures to be freed, in order of closing
    std::uint64_t turn_ = 0;                  ///< of processes, as far as they are counted
    std::optional<std::uint64_t> freed_turn_; ///< in which the last one that was freed in this run had closed
    std::deque<PortId> ending_programs_;      ///< ports of external programs, which close at once
    std::uint64_t next_port_;
};

} // namespace ddll::host
