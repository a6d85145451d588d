// The BIFs and messages by which processes use a port.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/ports/command.h"
#include "host/ports/output.h"
#include "term/external.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace ddll::host {

using term::Term;

namespace {

constexpr std::size_t control_buffer_size = 64;
constexpr std::size_t call_buffer_size = 255;
constexpr std::size_t call_input_size = 256;     ///< a longer argument of port_call/3 gets a block of its own
constexpr std::size_t clobbered_when_freed = 24; ///< of such a block (measured)

bool command_number(const Term& term, unsigned& out) {
    if (!term.is(Term::Kind::integer) || term.as_integer() < 0 ||
        term.as_integer() > std::numeric_limits<std::uint32_t>::max())
        return false;
    out = static_cast<unsigned>(term.as_integer());
    return true;
}

term::LooseBits loose(words::BitData what) {
    return what == words::BitData::cut ? term::LooseBits::empty : term::LooseBits::refused;
}

// port_control cuts a bitstring to whole bytes, or refuses it; everything else must be an iolist.
bool control_data(const Host& host, const Term& term, std::string& out) {
    const words::BitData what = host.release().control_bits;
    if (!term.is(Term::Kind::bits)) return term.is_list() && term::iolist_to_bytes(term, out, loose(what));
    const term::Bits& bits = term.as_bits();
    if (bits.bits != 8 && what == words::BitData::refused) return false;
    out = bits.bytes().substr(0, bits.bits == 8 ? bits.size : bits.size - 1);
    return true;
}

// A bit string without a whole byte is empty to output, or refused; for outputv it is always refused (measured).
bool command_data(const Host& host, const Port& port, const Term& term, std::string& out) {
    const bool as_vector = port.driver != nullptr && port.driver->callbacks.outputv != nullptr;
    return term::iolist_to_bytes(term, out, as_vector ? term::LooseBits::refused : loose(host.release().command_bits));
}

bool is_command_data(const Host& host, const Port& port, const Term& term) {
    std::string ignored;
    return term.is_binary() || command_data(host, port, term, ignored);
}

// What the driver left in *rbuf, as a term. A replaced buffer belongs to us now.
Term control_result(Host& host, const Port& port, bool binary, char* buffer, char* result, std::size_t n) {
    if (result == nullptr) return Term::nil();
    if (result == buffer) {
        if (n > control_buffer_size) {
            host.misuse(Rule::control_result_misuse, no_function, port.id,
                        fmt::format("control returned {} bytes in a buffer of {}", n, control_buffer_size));
            n = control_buffer_size;
        }
        const std::string_view bytes(buffer, n);
        return binary ? Term::binary(bytes) : Term::bytes_list(bytes);
    }
    if (binary) {
        auto* driver_binary = reinterpret_cast<ErlDrvBinary*>(result);
        if (host.memory().state_of(driver_binary) != PointerState::live) {
            host.misuse(Rule::control_result_misuse, no_function, port.id,
                        "PORT_CONTROL_FLAG_BINARY is set, so *rbuf must be an ErlDrvBinary; it is not one");
            return Term::nil();
        }
        // All of it, whatever control returned.
        const Term value = binary_term(host, driver_binary, 0, static_cast<std::size_t>(driver_binary->orig_size));
        host.memory().drop_reference(driver_binary);
        return value;
    }
    const auto size = host.memory().size_of(result);
    if (!size) {
        host.misuse(Rule::control_result_misuse, no_function, port.id,
                    "*rbuf was replaced by memory that is not from driver_alloc");
        return Term::nil();
    }
    if (n > *size) {
        host.misuse(Rule::control_result_misuse, no_function, port.id,
                    fmt::format("control returned {} bytes in a block of {}", n, *size));
        n = *size;
    }
    const Term value = Term::bytes_list({result, n});
    host.memory().release(result);
    return value;
}

void suspend(Process& process, Port& port, const Term& data, ProcessId on_behalf_of) {
    process.wait = WaitNotBusy{port.id, data, on_behalf_of};
    port.flow.suspended.push_back(process.id);
}

// What a port does not understand hurts its owner, no matter who sent it.
void bad_signal(Host& host, const Port& port) {
    if (Process* owner = host.processes().find(port.owner))
        host.processes().exit_signal(*owner, Term::port(port.id.value), Term::atom("badsig"), ExitSource::port);
}

} // namespace

BifResult Ports::control(ProcessId by, const Term& port_term, const Term& op, const Term& data) {
    Port* port = argument(port_term);
    unsigned command = 0;
    std::string bytes;
    // A port that is draining its queue is still reached (measured).
    const bool reachable = port != nullptr && port->valid() && port->driver != nullptr;
    if (!reachable || !command_number(op, command) || !control_data(host_, data, bytes) ||
        port->driver->callbacks.control == nullptr)
        return badarg();
    char buffer[control_buffer_size];
    char* result = buffer;
    const std::int64_t n = callbacks::control(host_, *port, by, command, bytes, &result, sizeof buffer);
    const bool binary = (port->control_flags & PORT_CONTROL_FLAG_BINARY) != 0;
    Term value = n < 0 ? Term() : control_result(host_, *port, binary, buffer, result, static_cast<std::size_t>(n));
    settle(*port);
    if (n < 0) return badarg();
    return BifResult::of(std::move(value));
}

BifResult Ports::call(ProcessId by, const Term& port_term, const Term& op, const Term& argument_term) {
    Port* port = argument(port_term);
    unsigned command = 0;
    const bool reachable = port != nullptr && port->valid() && port->driver != nullptr;
    if (!reachable || !command_number(op, command) || port->driver->callbacks.call == nullptr) return badarg();
    std::string data = term::encode(argument_term, host_.release().term_atoms);
    char buffer[call_buffer_size];
    char* result = buffer;
    unsigned flags = 0;
    const std::int64_t n = callbacks::call(host_, *port, by, command, data, &result, sizeof buffer, &flags);
    std::optional<term::Decoded> decoded;
    if (n > 0 && result == nullptr) {
        host_.misuse(Rule::call_result_misuse, no_function, port->id, "call returned a length with *rbuf NULL");
    } else if (n > 0) {
        std::size_t readable = static_cast<std::size_t>(n);
        const bool keep = (flags & DRIVER_CALL_KEEP_BUFFER) != 0;
        const auto size = result == buffer ? std::optional<std::size_t>(sizeof buffer) : host_.memory().size_of(result);
        const auto at = static_cast<std::size_t>(result - data.data());
        if (keep && at < data.size() && data.size() > call_input_size) {
            host_.misuse(
                Rule::call_result_misuse, no_function, port->id,
                fmt::format("*rbuf points into the argument, and one of more than {} bytes is freed before the "
                            "answer is read",
                            call_input_size));
            // The emulator's heap writes over its front.
            std::fill_n(data.begin(), clobbered_when_freed, '\0');
        }
        if (size && readable > *size) {
            host_.misuse(Rule::call_result_misuse, no_function, port->id,
                         fmt::format("call returned {} bytes in a buffer of {}", readable, *size));
            readable = *size;
        }
        if (size || keep)
            decoded = term::decode({result, readable}, term::Compressed::refused);
        else
            host_.misuse(Rule::call_result_misuse, no_function, port->id,
                         "*rbuf was replaced by memory that is not from driver_alloc");
    }
    if (n > 0 && result != nullptr && result != buffer && (flags & DRIVER_CALL_KEEP_BUFFER) == 0)
        host_.memory().release(result);
    settle(*port);
    if (!decoded) return badarg();
    return BifResult::of(std::move(decoded->term));
}

// Runs output or outputv; false for bad data.
bool Ports::run_command(Port& port, ProcessId caller, const Term& data) {
    if (port.driver == nullptr) { // its program has ended
        if (!is_command_data(host_, port, data)) return false;
        if (port.options.only_out) ending_programs_.push_back(port.id);
        return true;
    }
    std::size_t size = 0;
    if (port.driver->callbacks.outputv != nullptr) {
        CommandVector vector(host_.memory(), data, host_.release().empty_command);
        if (!vector.valid()) return false;
        size = vector.size();
        callbacks::outputv(host_, port, caller, vector.vector(), vector.first_bytes());
    } else {
        std::string bytes;
        if (!command_data(host_, port, data, bytes)) return false;
        size = bytes.size();
        bytes.reserve(size + 1); // drivers may count on one spare byte
        if (port.driver->callbacks.output != nullptr) callbacks::output(host_, port, caller, bytes.data(), size);
    }
    port.info.output += size;
    return true;
}

// The first to be suspended is served last, the others keep their order (measured).
void Ports::set_busy(Port& port, bool on, const Made& made) {
    port.flow.busy = on;
    port.flow.made_busy = made;
    if (on || port.flow.suspended.empty()) return;
    std::rotate(port.flow.suspended.begin(), port.flow.suspended.begin() + 1, port.flow.suspended.end());
    for (const ProcessId id : port.flow.suspended) host_.processes().try_again(id);
    port.flow.suspended.clear();
}

void Ports::retry(Process& process) {
    const auto* wait = std::get_if<WaitNotBusy>(&process.wait);
    if (wait == nullptr) return;
    const WaitNotBusy again = *wait;
    process.wait = {};
    Port* port = find(again.port);
    const bool is_message = bool(again.on_behalf_of);
    const Term& sent = again.says_ok ? host_.common().ok : again.data;
    if (port == nullptr || !port->usable()) {
        if (is_message)
            process.answer = Answer{false, sent}; // a message to a dead port is dropped
        else
            process.answer = Answer{true, host_.common().badarg};
        return;
    }
    if (port->flow.busy) {
        suspend(process, *port, again.data, again.on_behalf_of);
        return;
    }
    if (is_message) {
        command_message(*port, process.id, again.on_behalf_of, again.data.elements()[1].elements()[1]);
    } else if (!is_command_data(host_, *port, again.data)) {
        host_.log(fmt::format("Bad value on output port '{}'", port->name));
        process.answer = Answer{true, host_.common().badarg};
        return;
    } else {
        run_command(*port, process.id, again.data);
    }
    process.answer = Answer{false, is_message ? sent : host_.common().true_};
}

BifResult Ports::command(ProcessId by, const Term& port_term, const Term& data, const Term& options) {
    Port* port = argument(port_term);
    bool force = false, no_suspend = false;
    if (!options.is_proper_list()) return badarg();
    for (const Term& option : options.items()) {
        if (option.is_atom("force"))
            force = true;
        else if (option.is_atom("nosuspend"))
            no_suspend = true;
        else
            return badarg();
    }
    // One that is draining its queue is still asked whether it takes that option (measured).
    if (port == nullptr || !port->valid()) return badarg();
    if (force && (port->driver == nullptr || (port->driver->flags & ERL_DRV_FLAG_SOFT_BUSY) == 0))
        return BifResult::raise(Term::atom("notsup"));
    if (!port->usable()) return badarg();
    if (port->flow.busy && !force) {
        if (no_suspend) return BifResult::of(Term::boolean(false));
        suspend(*host_.processes().find(by), *port, data, {});
        return BifResult::blocked();
    }
    if (!is_command_data(host_, *port, data)) {
        host_.log(fmt::format("Bad value on output port '{}'", port->name));
        return badarg();
    }
    run_command(*port, by, data);
    return BifResult::of(host_.common().true_);
}

BifResult Ports::close(ProcessId, const Term& port_term) {
    Port* port = argument(port_term);
    if (port == nullptr || !port->usable()) return badarg();
    close(*port, host_.common().normal, CloseCause::request);
    return BifResult::of(host_.common().true_);
}

BifResult Ports::connect(ProcessId, const Term& port_term, const Term& owner) {
    Port* port = argument(port_term);
    if (port == nullptr || !port->usable() || !owner.is(Term::Kind::pid)) return badarg();
    const ProcessId id{owner.as_pid()};
    Process* process = host_.processes().find(id);
    if (process == nullptr || !process->alive()) {
        // The link is made and taken back, which the order of the others shows (measured).
        if (port->watchers.links.add(id)) port->watchers.links.remove(id);
        return badarg();
    }
    port->owner = process->id;
    const bool hears_of_it = !port->watchers.links.contains(id);
    host_.processes().link(process->id, Term::port(port->id.value));
    if (hears_of_it) host_.processes().signals().wake(*process, true); // by a signal (measured)
    return BifResult::of(host_.common().true_);
}

BifResult Ports::set_data(const Term& port_term, Term data) {
    Port* port = argument(port_term);
    if (port == nullptr || !port->usable()) return badarg();
    port->info.data = std::move(data);
    return BifResult::of(host_.common().true_);
}

BifResult Ports::get_data(const Term& port_term) const {
    const Port* port = argument(port_term);
    if (port == nullptr || !port->usable()) return badarg();
    return BifResult::of(port->info.data);
}

// What comes of {Pid, {command, Data}} once the port is not busy.
void Ports::command_message(Port& port, ProcessId by, ProcessId named, const Term& data) {
    if (!is_command_data(host_, port, data)) {
        host_.log(fmt::format("Bad value on output port '{}'", port.name));
        bad_signal(host_, port);
    } else if (named != port.owner) {
        bad_signal(host_, port);
    } else {
        run_command(port, by, data);
    }
}

// {Pid, {command, Data}}, {Pid, close}, {Pid, {connect, New}}: what counts is that Pid is the owner, not who sends. Who
// commands a busy port waits before that, or the data, is looked at (measured).
BifResult Ports::message(ProcessId by, Port& port, const Term& message, bool no_suspend) {
    const BifResult sent = BifResult::of(message);
    if (!port.usable()) return sent;
    const bool shaped = message.is_tuple(2) && message.elements()[0].is(Term::Kind::pid);
    if (!shaped) {
        bad_signal(host_, port);
        return sent;
    }
    const ProcessId named{message.elements()[0].as_pid()};
    const Term& what = message.elements()[1];
    if (what.is_tuple(2) && what.elements()[0].is_atom("command")) {
        if (port.flow.busy && no_suspend) return BifResult::of(Term::atom("nosuspend"));
        if (port.flow.busy) {
            suspend(*host_.processes().find(by), port, message, named);
            return BifResult::blocked();
        }
        command_message(port, by, named, what.elements()[1]);
    } else if (named != port.owner) {
        bad_signal(host_, port);
    } else if (what.is_atom("close")) {
        close(port, host_.common().normal, CloseCause::message);
    } else if (what.is_tuple(2) && what.elements()[0].is_atom("connect") && what.elements()[1].is(Term::Kind::pid)) {
        const ProcessId old_owner = port.owner;
        port.owner = ProcessId{what.elements()[1].as_pid()}; // no link is made, unlike port_connect/2
        if (Process* process = host_.processes().find(old_owner))
            host_.processes().deliver(*process, term::make_tuple(Term::port(port.id.value), Term::atom("connected")),
                                      port.id, {});
    } else {
        bad_signal(host_, port);
    }
    return sent;
}

} // namespace ddll::host
