// open_port/2, and how port structures come and go.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/ports/data_lock.h"
#include "host/ports/monitors.h"
#include "host/ports/names.h"
#include "words/made_up.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cerrno>

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

bool parse_settings(const Term& settings, PortOptions& options, bool& driver_ok) {
    if (!settings.is_proper_list()) return false;
    bool in = false, out = false;
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
            options.exit_status = options.exit_status || known->name == "exit_status";
            in = in || known->name == "in";
            out = out || known->name == "out";
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
    options.only_out = out && !in;
    return !(packet && options.line > 0) && !(nouse_stdio && stderr_to_stdout);
}

// What open_port/2 raises for ERL_DRV_ERROR_GENERAL, _ERRNO, _BADARG.
Term start_error(std::intptr_t result, int error) {
    if (result == -1) return Term::atom("einval");
    if (result == -2) return Term::atom(errno_name(error));
    return Term::atom("badarg");
}

} // namespace

Port& Ports::make(Driver* driver, ProcessId owner, std::string name) {
    auto port = std::make_unique<Port>(host_.memory());
    port->id = PortId{next_port_++};
    port->driver = driver;
    port->owner = owner;
    port->name = std::move(name);
    port->info.data = host_.common().undefined;
    port->flow.has_limits = driver != nullptr && (driver->flags & ERL_DRV_FLAG_NO_BUSY_MSGQ) == 0;
    Port& made = *port;
    ports_.emplace(made.id, std::move(port));
    host_.journal().write(journal::PortOpened{made.id, driver != nullptr ? driver->id : DriverId{}, owner, made.name});
    if (driver == nullptr) return made;
    made.join_driver();
    host_.drivers().ask(*driver, request::PortOpened{});
    return made;
}

void Ports::pass_turn() {
    constexpr std::uint64_t turns_until_freed = 3;
    ++turn_;
    while (!closed_.empty()) {
        const Port* port = find(closed_.front());
        if (port != nullptr && port->closing.turn + turns_until_freed > turn_) return;
        free_next();
    }
}

bool Ports::next_is_later() const {
    const Port* next = closed_.empty() ? nullptr : find(closed_.front());
    return next != nullptr && freed_turn_ && next->closing.turn > *freed_turn_;
}

void Ports::free_next() {
    const auto it = ports_.find(closed_.front());
    closed_.pop_front();
    if (it == ports_.end()) return;
    Driver* driver = it->second->driver;
    freed_turn_ = it->second->closing.turn;
    ports_.erase(it);
    if (driver != nullptr) host_.drivers().ask(*driver, request::HoldReleased{});
}

BifResult Ports::open(ProcessId by, const Term& name, const Term& settings) {
    if (!name.is_tuple(2) || !name.elements()[0].is(Term::Kind::atom)) return badarg();
    const Term& how = name.elements()[0];
    Spawn spawn = Spawn::any;
    if (how.is_atom("spawn_driver"))
        spawn = Spawn::driver;
    else if (how.is_atom("spawn_executable"))
        spawn = Spawn::executable;
    else if (!how.is_atom("spawn"))
        return badarg();
    std::string command;
    // A node crashes when the last byte of the name is not whole.
    const Term& text = name.elements()[1];
    const bool whole = !text.is(Term::Kind::bits) || text.is_binary();
    if (!whole || !append_file_name(text, command) || command.empty()) return badarg();
    PortOptions options;
    bool driver_ok = true;
    if (!parse_settings(settings, options, driver_ok)) return badarg();

    // Only a space ends the driver's name; a tab belongs to it.
    Driver* driver = spawn == Spawn::executable
                         ? nullptr
                         : host_.drivers().find(std::string_view(command).substr(0, command.find(' ')));
    if (driver == nullptr || !lifecycle::opens_ports(driver->record)) {
        if (spawn == Spawn::driver) return badarg();
        // What cannot be run is refused, and has used up the number of a port (measured).
        if (spawn == Spawn::executable && access(command.c_str(), X_OK) != 0) {
            const int error = errno;
            ++next_port_;
            return BifResult::raise(Term::atom(errno_name(error)));
        }
        host_.log(fmt::format(
            "no driver for \"{}\", so a node would start it as a program; ddlltool starts no programs, the port "
            "closes as that of a program that is not found",
            command));
        Port& port = make(nullptr, by, command);
        port.state = Port::State::open;
        port.options = options;
        port.info.os_pid = words::first_made_up_process + static_cast<std::int64_t>(port.id.value);
        host_.processes().link(by, Term::port(port.id.value));
        // Its opener waits for another program, which starts it, and all others run meanwhile (measured).
        const Term opened = Term::port(port.id.value);
        const PortId id = port.id;
        host_.processes().give_way(by, nullptr, Question::to_no_process);
        if (!options.only_out) ending_programs_.push_back(id);
        if (host_.processes().find(by)->state != Process::State::running) return BifResult::blocked();
        return BifResult::of(opened);
    }
    if (driver->entry == nullptr) {
        host_.reach_impasse(
            Impasse::Kind::not_simulated,
            fmt::format("ports of the linked-in driver {}: only its name is there, for erl_ddll's answers",
                        driver->name));
        return badarg();
    }
    if (!driver_ok) return badarg();
    const bool no_limits = (driver->flags & ERL_DRV_FLAG_NO_BUSY_MSGQ) != 0;
    if (no_limits && options.message_queue_limits_given && !options.message_queue_limits_disabled) return badarg();

    Port& port = make(driver, by, std::move(command));
    callbacks::Started started{nullptr, 0};
    if (driver->callbacks.start != nullptr) started = callbacks::start(host_, port, by);
    if (port.opening.failed) return start_failed(port, -1, 0);
    const auto result = reinterpret_cast<std::intptr_t>(started.data);
    if (result >= -3 && result < 0) return start_failed(port, result, started.error);
    port.data = started.data;
    port.options = options;
    if (options.message_queue_limits_disabled)
        port.flow.has_limits = false;
    else if (options.message_queue_limits_given) {
        port.flow.low = options.message_queue_low;
        port.flow.high = options.message_queue_high;
    }
    port.state = Port::State::open;
    host_.processes().link(by, Term::port(port.id.value));
    if ((driver->flags & ERL_DRV_FLAG_USE_INIT_ACK) != 0) {
        port.opening.opener = by;
        host_.processes().find(by)->wait = WaitInitAck{port.id};
        return BifResult::blocked();
    }
    return BifResult::of(Term::port(port.id.value));
}

void Ports::answer_opener(Port& port) {
    if (Process* opener = waiting_opener(port))
        host_.processes().set_answer(*opener, {false, Term::port(port.id.value)});
    port.opening.opener = {};
}

Process* Ports::waiting_opener(const Port& port) {
    Process* opener = host_.processes().find(port.opening.opener);
    if (opener == nullptr || opener->state != Process::State::running || opener->answer) return nullptr;
    const auto* wait = std::get_if<WaitInitAck>(&opener->wait);
    return wait != nullptr && wait->port == port.id ? opener : nullptr;
}

void Ports::acknowledge_open(Port& port, ErlDrvData result, int error) {
    if (!port.opening.opener) {
        // The emulator remembers the waiting process only when start has returned (measured).
        host_.misuse(Rule::init_ack_ignored, no_function, port.id,
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
        host_.processes().unlink(opener->id, Term::port(port.id.value));
        host_.processes().set_answer(*opener, {true, start_error(number, error)});
    }
    port.opening.opener = {};
    close(port, host_.common().normal, CloseCause::driver);
}

// stop is not called; what start already sent stays delivered.
BifResult Ports::start_failed(Port& port, std::intptr_t result, int error) {
    host_.timers().cancel(port);
    host_.io().report_selected(port);
    remove_monitors(host_, port);
    port.queue.clear();
    release_data_lock(host_, port);
    port.state = Port::State::stopped;
    port.leave_driver();
    port.closing.turn = turn_;
    closed_.push_back(port.id);
    host_.journal().write(journal::PortClosed{port.id});
    host_.drivers().ask(*port.driver, request::PortStopped{});
    return BifResult::raise(start_error(result, error));
}

Port* Ports::create(const Port& creator, ProcessId owner, std::string name, ErlDrvData data) {
    if (!creator.driver->locks_per_port())
        host_.misuse(Rule::create_port_without_port_locking, no_function, creator.id, "");
    Process* process = host_.processes().find(owner);
    if (process == nullptr || !process->alive() || !lifecycle::opens_ports(creator.driver->record)) return nullptr;
    Port& port = make(creator.driver, owner, std::move(name));
    port.opening.creator = creator.id;
    port.data = data;
    port.state = Port::State::open;
    // It did not link itself: it has a signal of that to handle (measured).
    port.watchers.links.add(owner);
    Signals& signals = host_.processes().signals();
    if (signals.holds_for(owner)) {
        signals.hold({SignalKind::link, {}, {}, {}, port.id, {}});
    } else {
        signals.wake(*process, true);
        linked(port.id, *process);
    }
    return &port;
}

void Ports::linked(PortId id, Process& process) {
    const Port* port = find(id);
    if (port != nullptr && port->watchers.links.contains(process.id)) process.links.add(id);
}

Port* Ports::find(PortId id) {
    const auto it = ports_.find(id);
    return it == ports_.end() ? nullptr : it->second.get();
}

void Ports::end_next_program() {
    Port* port = find(ending_programs_.front());
    ending_programs_.pop_front();
    if (port == nullptr || !port->usable()) return;
    if (port->options.only_out) return close(*port, Term::atom("epipe"), CloseCause::request);
    // In this order; one that wants to know the end of its output stays open (measured).
    constexpr std::int64_t not_found = 127; // of the shell
    const auto tell = [&](Term what) {
        if (Process* owner = host_.processes().find(port->owner))
            host_.processes().deliver(*owner, term::make_tuple(Term::port(port->id.value), std::move(what)), port->id,
                                      {});
    };
    if (port->options.exit_status) tell(term::make_tuple(Term::atom("exit_status"), Term::integer(not_found)));
    if (port->options.eof) {
        tell(Term::atom("eof"));
        port->options.only_out = true; // from now on
    } else {
        close(*port, host_.common().normal, CloseCause::request);
    }
}

std::vector<const Port*> Ports::live() const {
    std::vector<const Port*> live;
    for (const auto& [id, port] : ports_)
        if (port->valid()) live.push_back(port.get());
    std::sort(live.begin(), live.end(), [](const Port* a, const Port* b) { return a->id < b->id; });
    return live;
}

Port* Ports::argument(const Term& term) {
    if (term.is(Term::Kind::port)) return find(PortId{term.as_port()});
    if (!term.is(Term::Kind::atom)) return nullptr;
    const auto named = host_.processes().registry().find(term.as_atom());
    return named && std::holds_alternative<PortId>(*named) ? find(std::get<PortId>(*named)) : nullptr;
}

} // namespace ddll::host
