#pragma once
/// The drivers of the emulator: the list, the functions of erl_ddll, and the effects of the rules. lifecycle::decide
/// says what must happen; everything here only does it. Read next: driver.h, drivers.cpp (effects), loading.cpp (from a
/// file to a driver), erl_ddll.cpp (arguments in, terms out).
#include "base/id.h"
#include "host/drivers/driver.h"
#include "host/drivers/libraries.h"
#include "host/drivers/open_errors.h"
#include "host/processes/process.h"
#include "lifecycle/rules.h"

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::host {

class Host;

class Drivers {
public:
    /// What is known of the last removal or replacement of a driver of one name.
    struct Proof {
        bool reloaded = false;
        bool old_gone = false;
        bool new_runs = false;
    };
    using List = std::list<std::unique_ptr<Driver>>;

    /// `preset_error`: the list of dlopen texts begins with the emulator's own first failure.
    Drivers(Host& host, bool preset_error) : host_(host), open_errors_(preset_error) {}

    // --- erl_ddll (erl_ddll.cpp) -----------------------------------------------------------------------------------

    BifResult try_load(ProcessId by, const term::Term& path, const term::Term& name, const term::Term& options);
    BifResult try_unload(ProcessId by, const term::Term& name, const term::Term& options);
    /// load/2, load_driver/2, reload/2, reload_driver/2: a wrapper around try_load that may wait.
    BifResult load(ProcessId by, const term::Term& path, const term::Term& name, bool kill_ports, bool reload);
    BifResult unload_driver(ProcessId by, const term::Term& name);
    BifResult unload(ProcessId by, const term::Term& name);
    BifResult monitor(ProcessId by, const term::Term& type, const term::Term& item);
    BifResult demonitor(ProcessId by, const term::Term& ref);
    BifResult info(const term::Term& name, const term::Term& item) const;
    BifResult info(const term::Term& name) const;
    BifResult info() const;
    BifResult loaded_drivers() const;
    BifResult format_error(const term::Term& error) const;

    // --- the list --------------------------------------------------------------------------------------------------

    const List& listed() const { return listed_; } ///< newest first
    /// Also one that is not in the list (any more).
    Driver* find(DriverId id);
    /// The newest driver of that name, or nullptr.
    Driver* find(std::string_view name);
    const Driver* find(std::string_view name) const { return const_cast<Drivers*>(this)->find(name); }
    const Proof* proof(std::string_view name) const;
    /// What driver_dl_open opened.
    Libraries& libraries() { return libraries_; }

    // --- what happens to them --------------------------------------------------------------------------------------

    /// Asks the rules and carries out what follows.
    /// `as_written` is the driver's name as the caller of monitor/2 wrote it; answers given at once carry it.
    lifecycle::Reply ask(Driver& driver, const lifecycle::Request& request, const term::Term* as_written = nullptr);
    /// A process that ended gives back what it loaded, in every driver of the list: also in those it never touched.
    void give_back(ProcessId process);
    /// driver_lock_driver.
    int lock(Port& port);
    /// One that is part of the emulator: only its name is there.
    void add_linked_in(std::string name);
    void add_static(ErlDrvEntry* entry);
    int remove_static(ErlDrvEntry* entry);

    // --- for the steps of the host ---------------------------------------------------------------------------------

    /// Those that nothing keeps any more; they leave one by one.
    const std::deque<DriverId>& collects() const { return collects_; }
    void collect();
    void collect_all() {
        while (!collects_.empty()) collect();
    }

private:
    void carry_out(Driver& driver, const lifecycle::Effect& effect, const lifecycle::Request& cause,
                   lifecycle::Reply& reply, const term::Term* as_written);
    void send_message(Driver& driver, const lifecycle::effect::Send& message, const term::Term* as_written);
    void finish_and_close(Driver& driver);
    std::optional<lifecycle::LoadError> open_image(Driver& driver, const std::string& path);
    bool close_image(Driver& driver, std::string_view path, bool finished = false);
    Driver& make(std::string name, bool newest);
    void take_out_of_list(Driver& driver);
    void forget_if_absent(Driver& driver);
    void journal_state(const Driver& driver, words::LifecycleRow row = words::LifecycleRow::none);
    /// Nothing where path or name is no such thing (badarg).
    std::optional<lifecycle::Reply> ask_load(lifecycle::request::Load load, const term::Term& path,
                                             const term::Term& name);
    std::optional<lifecycle::Reply> ask_unload(lifecycle::request::Unload unload, const term::Term& name);
    BifResult wait_for(ProcessId by, const std::optional<lifecycle::Reply>& answer, WrapperKind kind);

    Host& host_;
    List listed_;   ///< newest first; a driver being replaced is in unlisted_
    List unlisted_; ///< not in the list: being opened, or closing
    OpenErrors open_errors_;
    std::map<std::string, Proof, std::less<>> proofs_;
    std::deque<DriverId> collects_;
    Libraries libraries_;
    std::uint64_t next_driver_ = 1;
    std::uint64_t next_image_ = 1;
};

term::Term load_error_term(const lifecycle::LoadError& error);

} // namespace ddll::host
