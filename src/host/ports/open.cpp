// open_port/2, and how port structures come and go.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/misuse.h"
#include "host/ports/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace ddll::host {

using term::Term;
namespace request = lifecycle::request;

namespace {

enum class Spawn : std::uint8_t { any, driver, executable };

struct Setting {
    std::string_view name;
    bool for_drivers; ///< false: only programs take it, a driver port is refused
};
// Settings without a meaning for a driver that are accepted all the same (measured), and those that are refused.
constexpr Setting plain_settings[] = {
    {"stream", true},
    {"in", true},
    {"out", true},
    {"hide", true},
    {"use_stdio", true},
    {"nouse_stdio", true},
    {"stderr_to_stdout", true},
    {"overlapped_io", true},
    {"exit_status", false},
};
constexpr Setting valued_settings[] = {
    {"env", true}, {"cd", true}, {"args", false}, {"arg0", false}, {"busy_limits_port", false},
};

bool positive(const Term& term, std::uint64_t& out) {
    if (!term.is(Term::Kind::integer) || term.as_integer() < 1) return false;
    out = static_cast<std::uint64_t>(term.as_integer());
    return true;
}

} // namespace

bool Host::parse_port_settings(const Term& settings, PortOptions& options, bool& driver_ok) const {
    if (!settings.is_proper_list()) return false;
    bool packet = false, nouse_stdio = false, stderr_to_stdout = false;
    driver_ok = true;
    for (const Term& setting : settings.items()) {
        if (setting.is_atom("binary"))
            options.binary = true;
        else if (setting.is_atom("eof"))
            options.eof = true;
        else if (setting.is_atom("line"))
            options.line = 512;
        else if (setting.is(Term::Kind::atom)) {
            const auto known = std::find_if(std::begin(plain_settings), std::end(plain_settings),
                                            [&](const Setting& s) { return s.name == setting.as_atom(); });
            if (known == std::end(plain_settings)) return false;
            driver_ok = driver_ok && known->for_drivers;
            nouse_stdio = nouse_stdio || known->name == "nouse_stdio";
            stderr_to_stdout = stderr_to_stdout || known->name == "stderr_to_stdout";
        } else if (setting.is_tuple(2) && setting.elements()[0].is(Term::Kind::atom)) {
            const std::string& name = setting.elements()[0].as_atom();
            const Term& value = setting.elements()[1];
            std::uint64_t number = 0;
            if (name == "line") {
                if (!positive(value, number) || number > 0x7fffffff) return false;
                options.line = static_cast<std::uint32_t>(number);
            } else if (name == "packet") {
                if (!positive(value, number) || (number != 1 && number != 2 && number != 4)) return false;
                packet = true;
            } else if (name == "parallelism") {
                if (!value.is_atom("true") && !value.is_atom("false")) return false;
                options.parallelism = value.is_atom("true");
            } else if (name == "busy_limits_msgq") {
                options.message_queue_limits_given = true;
                options.message_queue_limits_disabled = value.is_atom("disabled");
                const bool limits = value.is_tuple(2) && positive(value.elements()[0], options.message_queue_low) &&
                                    positive(value.elements()[1], options.message_queue_high);
                if (!limits && !options.message_queue_limits_disabled) return false;
            } else {
                const auto known = std::find_if(std::begin(valued_settings), std::end(valued_settings),
                                                [&](const Setting& s) { return s.name == name; });
                if (known == std::end(valued_settings)) return false;
                std::string folder;
                if (name == "cd" ? !append_file_name(value, folder) : name == "env" && !is_environment(value))
                    return false;
                driver_ok = driver_ok && known->for_drivers;
            }
        } else {
            return false;
        }
    }
    return !(packet && options.line > 0) && !(nouse_stdio && stderr_to_stdout);
}

Port& Host::make_port(Driver* driver, ProcessId owner, std::string name) {
    auto port = std::make_unique<Port>(memory_);
    port->id = PortId{next_port_++};
    port->driver = driver;
    port->owner = owner;
    port->name = std::move(name);
    port->data_term = common_.undefined;
    port->has_message_queue_limits = driver != nullptr && (driver->flags & ERL_DRV_FLAG_NO_BUSY_MSGQ) == 0;
    Port& made = *port;
    ports_.emplace(made.id, std::move(port));
    journal_.write(journal::PortOpened{made.id, driver != nullptr ? driver->id : DriverId{}, owner, made.name});
    if (driver == nullptr) return made;
    made.previous_of_driver = driver->last_port;
    (driver->last_port != nullptr ? driver->last_port->next_of_driver : driver->first_port) = &made;
    driver->last_port = &made;
    ask(*driver, request::PortOpened{});
    return made;
}

void Host::take_out_of_driver(Port& port) {
    Driver& driver = *port.driver;
    (port.previous_of_driver != nullptr ? port.previous_of_driver->next_of_driver : driver.first_port) =
        port.next_of_driver;
    (port.next_of_driver != nullptr ? port.next_of_driver->previous_of_driver : driver.last_port) =
        port.previous_of_driver;
    port.previous_of_driver = port.next_of_driver = nullptr;
}

void Host::free_structure(PortId id) {
    const auto it = ports_.find(id);
    if (it == ports_.end()) return;
    Driver* driver = it->second->driver;
    ports_.erase(it);
    if (driver != nullptr) ask(*driver, request::HoldReleased{});
}

BifResult Host::open_port(ProcessId by, const Term& name, const Term& settings) {
    const BifResult badarg = BifResult::raise(common_.badarg);
    if (!name.is_tuple(2) || !name.elements()[0].is(Term::Kind::atom)) return badarg;
    const Term& how = name.elements()[0];
    Spawn spawn = Spawn::any;
    if (how.is_atom("spawn_driver"))
        spawn = Spawn::driver;
    else if (how.is_atom("spawn_executable"))
        spawn = Spawn::executable;
    else if (!how.is_atom("spawn"))
        return badarg;
    std::string command;
    // A node crashes when the last byte of the name is not whole.
    const Term& text = name.elements()[1];
    const bool whole = !text.is(Term::Kind::bits) || text.is_binary();
    if (!whole || !append_file_name(text, command) || command.empty()) return badarg;
    PortOptions options;
    bool driver_ok = true;
    if (!parse_port_settings(settings, options, driver_ok)) return badarg;

    // Only a space ends the driver's name; a tab belongs to it.
    Driver* driver =
        spawn == Spawn::executable ? nullptr : find_driver(std::string_view(command).substr(0, command.find(' ')));
    if (driver == nullptr || !lifecycle::opens_ports(driver->record)) {
        if (spawn == Spawn::driver) return badarg;
        log(fmt::format(
            "no driver for \"{}\", so a node would start it as a program; ddlltool starts no programs, the port "
            "closes as that of a program that is not found",
            command));
        Port& port = make_port(nullptr, by, command);
        port.state = Port::State::open;
        process_link(by, Term::port(port.id.value));
        ending_programs_.push_back(port.id);
        return BifResult::of(Term::port(port.id.value));
    }
    if (driver->entry == nullptr) {
        reach_impasse(Impasse::Kind::not_simulated,
                      fmt::format("ports of the linked-in driver {}: only its name is there, for erl_ddll's answers",
                                  driver->name));
        return badarg;
    }
    if (!driver_ok) return badarg;
    const bool no_limits = (driver->flags & ERL_DRV_FLAG_NO_BUSY_MSGQ) != 0;
    if (no_limits && options.message_queue_limits_given && !options.message_queue_limits_disabled) return badarg;

    Port& port = make_port(driver, by, std::move(command));
    callbacks::Started started{nullptr, 0};
    if (driver->callbacks.start != nullptr) started = callbacks::start(*this, port, by);
    if (port.failed_in_start) return start_failed(port, -1, 0);
    const auto result = reinterpret_cast<std::intptr_t>(started.data);
    if (result >= -3 && result < 0) return start_failed(port, result, started.error);
    port.data = started.data;
    port.options = options;
    if (options.message_queue_limits_disabled)
        port.has_message_queue_limits = false;
    else if (options.message_queue_limits_given) {
        port.message_queue_low = options.message_queue_low;
        port.message_queue_high = options.message_queue_high;
    }
    port.state = Port::State::open;
    process_link(by, Term::port(port.id.value));
    if ((driver->flags & ERL_DRV_FLAG_USE_INIT_ACK) != 0) {
        port.opener = by;
        find(by)->wait = WaitInitAck{port.id};
        return BifResult::blocked();
    }
    return BifResult::of(Term::port(port.id.value));
}

void Host::answer_opener(Port& port) {
    if (Process* opener = waiting_opener(port)) set_answer(*opener, {false, Term::port(port.id.value)});
    port.opener = {};
}

Process* Host::waiting_opener(const Port& port) {
    Process* opener = find(port.opener);
    if (opener == nullptr || opener->state != Process::State::running || opener->answer) return nullptr;
    const auto* wait = std::get_if<WaitInitAck>(&opener->wait);
    return wait != nullptr && wait->port == port.id ? opener : nullptr;
}

void Host::acknowledge_open(Port& port, ErlDrvData result, int error) {
    if (!port.opener) {
        // The emulator remembers the waiting process only when start has returned (measured).
        misuse(Rule::init_ack_ignored, no_function, port.id,
               port.state == Port::State::starting ? "called inside start, where nobody waits yet"
               : port.driver != nullptr && (port.driver->flags & ERL_DRV_FLAG_USE_INIT_ACK) == 0
                   ? "the driver does not have ERL_DRV_FLAG_USE_INIT_ACK"
                   : "the port was acknowledged before");
        return;
    }
    const auto number = reinterpret_cast<std::intptr_t>(result);
    if (number >= 0 || number < -3) {
        port.data = result;
        answer_opener(port);
        return;
    }
    Process* opener = waiting_opener(port);
    if (opener != nullptr) {
        process_unlink(opener->id, Term::port(port.id.value));
        set_answer(*opener, {true, start_error(number, error)});
    }
    port.opener = {};
    close(port, common_.normal, CloseCause::driver);
}

// stop is not called; what start already sent stays delivered.
BifResult Host::start_failed(Port& port, std::intptr_t result, int error) {
    cancel_timer(port);
    blame_selected(port);
    remove_monitors(port);
    port.queue.clear();
    release_data_lock(port);
    port.state = Port::State::stopped;
    take_out_of_driver(port);
    closed_ports_.push_back(port.id);
    journal_.write(journal::PortClosed{port.id});
    ask(*port.driver, request::PortStopped{});
    return BifResult::raise(start_error(result, error));
}

Term Host::start_error(std::intptr_t result, int error) const {
    if (result == -1) return Term::atom("einval");
    if (result == -2) return Term::atom(errno_name(error));
    return common_.badarg;
}

Port* Host::create_port(Port& creator, ProcessId owner, std::string name, ErlDrvData data) {
    if (!creator.driver->locks_per_port()) misuse(Rule::create_port_without_port_locking, no_function, creator.id, "");
    Process* process = find(owner);
    if (process == nullptr || !process->alive() || !lifecycle::opens_ports(creator.driver->record)) return nullptr;
    Port& port = make_port(creator.driver, owner, std::move(name));
    port.creator = creator.id;
    port.data = data;
    port.state = Port::State::open;
    process_link(owner, Term::port(port.id.value));
    return &port;
}

Port* Host::find(PortId id) {
    const auto it = ports_.find(id);
    return it == ports_.end() ? nullptr : it->second.get();
}

const Port* Host::find(PortId id) const {
    const auto it = ports_.find(id);
    return it == ports_.end() ? nullptr : it->second.get();
}

std::vector<const Port*> Host::live_ports() const {
    std::vector<const Port*> live;
    for (const auto& [id, port] : ports_)
        if (port->valid()) live.push_back(port.get());
    std::sort(live.begin(), live.end(), [](const Port* a, const Port* b) { return a->id < b->id; });
    return live;
}

const Port* Host::port_argument(const Term& term) const {
    if (term.is(Term::Kind::port)) return find(PortId{term.as_port()});
    if (!term.is(Term::Kind::atom)) return nullptr;
    const auto it = registered_.find(term.as_atom());
    if (it == registered_.end() || !std::holds_alternative<PortId>(it->second)) return nullptr;
    return find(std::get<PortId>(it->second));
}

Port* Host::port_argument(const Term& term) {
    return const_cast<Port*>(static_cast<const Host*>(this)->port_argument(term));
}

} // namespace ddll::host
