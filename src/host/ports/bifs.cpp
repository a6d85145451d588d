// The BIFs and messages by which processes use a port.
#include "host/callbacks.h"
#include "host/current.h"
#include "host/host.h"
#include "host/misuse.h"
#include "host/ports/command.h"
#include "term/external.h"
#include "term/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace ddll::host {

using term::Term;

namespace {

constexpr std::size_t control_buffer_size = 64;
constexpr std::size_t call_buffer_size = 255;

bool command_number(const Term& term, unsigned& out) {
    if (!term.is(Term::Kind::integer) || term.as_integer() < 0 ||
        term.as_integer() > std::numeric_limits<std::uint32_t>::max())
        return false;
    out = static_cast<unsigned>(term.as_integer());
    return true;
}

// port_control cuts a bitstring to whole bytes; everything else must be an iolist.
bool control_data(const Term& term, std::string& out) {
    if (!term.is(Term::Kind::bits)) return term.is_list() && term::iolist_to_bytes(term, out, term::LooseBits::empty);
    const term::Bits& bits = term.as_bits();
    out = bits.bytes().substr(0, bits.bits == 8 ? bits.size : bits.size - 1);
    return true;
}

// A bit string without a whole byte is empty to output, and refused for outputv (measured on OTP 25).
bool command_data(const Port& port, const Term& term, std::string& out) {
    const bool as_vector = port.driver != nullptr && port.driver->callbacks.outputv != nullptr;
    return term::iolist_to_bytes(term, out, as_vector ? term::LooseBits::refused : term::LooseBits::empty);
}

bool is_command_data(const Port& port, const Term& term) {
    std::string ignored;
    return term.is_binary() || command_data(port, term, ignored);
}

} // namespace

BifResult Host::port_control(ProcessId by, const Term& port_term, const Term& op, const Term& data) {
    Port* port = port_argument(port_term);
    unsigned command = 0;
    std::string bytes;
    // A port that is draining its queue is still reached (measured).
    const bool reachable = port != nullptr && port->valid() && port->driver != nullptr;
    if (!reachable || !command_number(op, command) || !control_data(data, bytes) ||
        port->driver->callbacks.control == nullptr)
        return BifResult::raise(common_.badarg);
    char buffer[control_buffer_size];
    char* result = buffer;
    const std::int64_t n = callbacks::control(*this, *port, by, command, bytes, &result, sizeof buffer);
    const bool binary = (port->control_flags & PORT_CONTROL_FLAG_BINARY) != 0;
    Term value = n < 0 ? Term() : control_result(*port, binary, buffer, result, static_cast<std::size_t>(n));
    settle(*port);
    if (n < 0) return BifResult::raise(common_.badarg);
    return BifResult::of(std::move(value));
}

// What the driver left in *rbuf, as a term. A replaced buffer belongs to us now.
Term Host::control_result(Port& port, bool binary, char* buffer, char* result, std::size_t n) {
    if (result == nullptr) return Term::nil();
    if (result == buffer) {
        if (n > control_buffer_size) {
            misuse(Rule::control_result_misuse, no_function, port.id,
                   fmt::format("control returned {} bytes in a buffer of {}", n, control_buffer_size));
            n = control_buffer_size;
        }
        const std::string_view bytes(buffer, n);
        return binary ? Term::binary(bytes) : Term::bytes_list(bytes);
    }
    if (binary) {
        auto* driver_binary = reinterpret_cast<ErlDrvBinary*>(result);
        if (memory_.state_of(driver_binary) != PointerState::live) {
            misuse(Rule::control_result_misuse, no_function, port.id,
                   "PORT_CONTROL_FLAG_BINARY is set, so *rbuf must be an ErlDrvBinary; it is not one");
            return Term::nil();
        }
        // All of it, whatever control returned.
        const Term value = binary_term(driver_binary, 0, static_cast<std::size_t>(driver_binary->orig_size));
        memory_.drop_reference(driver_binary);
        return value;
    }
    const auto size = memory_.size_of(result);
    if (!size) {
        misuse(Rule::control_result_misuse, no_function, port.id,
               "*rbuf was replaced by memory that is not from driver_alloc");
        return Term::nil();
    }
    if (n > *size) {
        misuse(Rule::control_result_misuse, no_function, port.id,
               fmt::format("control returned {} bytes in a block of {}", n, *size));
        n = *size;
    }
    const Term value = Term::bytes_list({result, n});
    memory_.release(result);
    return value;
}

Term Host::binary_term(ErlDrvBinary* binary, std::size_t offset, std::size_t length) {
    const char* data = binary->orig_bytes + offset;
    if (length <= 64) return Term::binary({data, length});
    term::Bits bits;
    bits.owner = memory_.share(binary, offset, length, call_frames().empty() ? PortId{} : call_frames().back().port);
    bits.data = reinterpret_cast<const std::uint8_t*>(data);
    bits.size = length;
    return Term::bits(std::move(bits));
}

BifResult Host::port_call(ProcessId by, const Term& port_term, const Term& op, const Term& argument) {
    Port* port = port_argument(port_term);
    unsigned command = 0;
    const bool reachable = port != nullptr && port->valid() && port->driver != nullptr;
    if (!reachable || !command_number(op, command) || port->driver->callbacks.call == nullptr)
        return BifResult::raise(common_.badarg);
    std::string data = term::encode(argument);
    char buffer[call_buffer_size];
    char* result = buffer;
    unsigned flags = 0;
    const std::int64_t n = callbacks::call(*this, *port, by, command, data, &result, sizeof buffer, &flags);
    std::optional<term::Decoded> decoded;
    if (n > 0 && result == nullptr) {
        misuse(Rule::call_result_misuse, no_function, port->id, "call returned a length with *rbuf NULL");
    } else if (n > 0) {
        std::size_t readable = static_cast<std::size_t>(n);
        const bool keep = (flags & DRIVER_CALL_KEEP_BUFFER) != 0;
        const auto size = result == buffer ? std::optional<std::size_t>(sizeof buffer) : memory_.size_of(result);
        if (size && readable > *size) {
            misuse(Rule::call_result_misuse, no_function, port->id,
                   fmt::format("call returned {} bytes in a buffer of {}", readable, *size));
            readable = *size;
        }
        if (size || keep)
            decoded = term::decode({result, readable});
        else
            misuse(Rule::call_result_misuse, no_function, port->id,
                   "*rbuf was replaced by memory that is not from driver_alloc");
    }
    if (n > 0 && result != nullptr && result != buffer && (flags & DRIVER_CALL_KEEP_BUFFER) == 0)
        memory_.release(result);
    settle(*port);
    if (!decoded) return BifResult::raise(common_.badarg);
    return BifResult::of(std::move(decoded->term));
}

// Runs output or outputv; false for bad data.
bool Host::run_command(Port& port, ProcessId caller, const Term& data) {
    if (port.driver == nullptr) return is_command_data(port, data);
    std::size_t size = 0;
    if (port.driver->callbacks.outputv != nullptr) {
        CommandVector vector(memory_, data);
        if (!vector.valid()) return false;
        size = vector.size();
        callbacks::outputv(*this, port, caller, vector.vector(), vector.first_bytes());
    } else {
        std::string bytes;
        if (!command_data(port, data, bytes)) return false;
        size = bytes.size();
        bytes.reserve(size + 1); // drivers may count on one spare byte
        if (port.driver->callbacks.output != nullptr) callbacks::output(*this, port, caller, bytes.data(), size);
    }
    port.output += size;
    return true;
}

void Host::suspend(Process& process, Port& port, const Term& data, ProcessId on_behalf_of) {
    process.wait = WaitNotBusy{port.id, data, on_behalf_of};
    port.suspended.push_back(process.id);
}

// The first to be suspended is served last, the others keep their order (measured).
void Host::set_busy(Port& port, bool on) {
    port.busy = on;
    if (on || port.suspended.empty()) return;
    std::rotate(port.suspended.begin(), port.suspended.begin() + 1, port.suspended.end());
    for (const ProcessId id : port.suspended) resumable_.push_back(id);
    port.suspended.clear();
}

void Host::retry_suspended(Process& process) {
    const auto* wait = std::get_if<WaitNotBusy>(&process.wait);
    if (wait == nullptr) return;
    const WaitNotBusy again = *wait;
    process.wait = {};
    Port* port = find(again.port);
    const bool is_message = bool(again.on_behalf_of);
    if (port == nullptr || !port->usable()) {
        if (is_message)
            process.answer = Answer{false, again.data}; // a message to a dead port is dropped
        else
            process.answer = Answer{true, common_.badarg};
        return;
    }
    if (port->busy) {
        suspend(process, *port, again.data, again.on_behalf_of);
        return;
    }
    const Term& command = is_message ? again.data.elements()[1].elements()[1] : again.data;
    run_command(*port, process.id, command); // was valid when it was first tried
    process.answer = Answer{false, is_message ? again.data : common_.true_};
}

BifResult Host::port_command(ProcessId by, const Term& port_term, const Term& data, const Term& options) {
    Port* port = port_argument(port_term);
    bool force = false, no_suspend = false;
    if (!options.is_proper_list()) return BifResult::raise(common_.badarg);
    for (const Term& option : options.items()) {
        if (option.is_atom("force"))
            force = true;
        else if (option.is_atom("nosuspend"))
            no_suspend = true;
        else
            return BifResult::raise(common_.badarg);
    }
    if (port == nullptr || !port->usable()) return BifResult::raise(common_.badarg);
    if (!is_command_data(*port, data)) {
        log(fmt::format("Bad value on output port '{}'", port->name));
        return BifResult::raise(common_.badarg);
    }
    if (force && (port->driver == nullptr || (port->driver->flags & ERL_DRV_FLAG_SOFT_BUSY) == 0))
        return BifResult::raise(Term::atom("notsup"));
    if (port->busy && !force) {
        if (no_suspend) return BifResult::of(Term::boolean(false));
        suspend(*find(by), *port, data, {});
        return BifResult::blocked();
    }
    run_command(*port, by, data);
    return BifResult::of(common_.true_);
}

BifResult Host::port_close(ProcessId, const Term& port_term) {
    Port* port = port_argument(port_term);
    if (port == nullptr || !port->usable()) return BifResult::raise(common_.badarg);
    close(*port, common_.normal, CloseCause::request);
    return BifResult::of(common_.true_);
}

BifResult Host::port_connect(ProcessId, const Term& port_term, const Term& owner) {
    Port* port = port_argument(port_term);
    if (port == nullptr || !port->usable() || !owner.is(Term::Kind::pid)) return BifResult::raise(common_.badarg);
    Process* process = find(ProcessId{owner.as_pid()});
    if (process == nullptr || !process->alive()) return BifResult::raise(common_.badarg);
    port->owner = process->id;
    process_link(process->id, Term::port(port->id.value));
    return BifResult::of(common_.true_);
}

BifResult Host::port_set_data(const Term& port_term, Term data) {
    Port* port = port_argument(port_term);
    if (port == nullptr || !port->usable()) return BifResult::raise(common_.badarg);
    port->data_term = std::move(data);
    return BifResult::of(common_.true_);
}

BifResult Host::port_get_data(const Term& port_term) const {
    const Port* port = port_argument(port_term);
    if (port == nullptr || !port->usable()) return BifResult::raise(common_.badarg);
    return BifResult::of(port->data_term);
}

// What a port does not understand hurts its owner, whoever sent it.
void Host::bad_signal(Port& port) {
    if (Process* owner = find(port.owner))
        exit_signal(*owner, Term::port(port.id.value), Term::atom("badsig"), ExitSource::port);
}

// {Pid, {command, Data}}, {Pid, close}, {Pid, {connect, New}}: what counts is that Pid is the owner, not who sends.
BifResult Host::send_to_port(ProcessId by, Port& port, const Term& message, bool no_suspend) {
    const BifResult sent = BifResult::of(message);
    if (!port.usable()) return sent;
    const bool shaped = message.is_tuple(2) && message.elements()[0].is(Term::Kind::pid);
    if (!shaped || message.elements()[0].as_pid() != port.owner.value) {
        bad_signal(port);
        return sent;
    }
    const Term& what = message.elements()[1];
    if (what.is_atom("close")) {
        close(port, common_.normal, CloseCause::message);
    } else if (what.is_tuple(2) && what.elements()[0].is_atom("command")) {
        if (!is_command_data(port, what.elements()[1])) {
            log(fmt::format("Bad value on output port '{}'", port.name));
            bad_signal(port);
        } else if (port.busy && no_suspend) {
            return BifResult::of(Term::atom("nosuspend"));
        } else if (port.busy) {
            suspend(*find(by), port, message, port.owner);
            return BifResult::blocked();
        } else {
            run_command(port, by, what.elements()[1]);
        }
    } else if (what.is_tuple(2) && what.elements()[0].is_atom("connect") && what.elements()[1].is(Term::Kind::pid)) {
        const ProcessId old_owner = port.owner;
        port.owner = ProcessId{what.elements()[1].as_pid()}; // no link is made, unlike port_connect/2
        if (Process* process = find(old_owner))
            deliver(*process, term::make_tuple(Term::port(port.id.value), Term::atom("connected")), port.id, {});
    } else {
        bad_signal(port);
    }
    return sent;
}

BifResult Host::send(ProcessId by, const Term& to, const Term& message, const Term& options) {
    bool no_suspend = false;
    if (!options.is_proper_list()) return BifResult::raise(common_.badarg);
    for (const Term& option : options.items()) {
        if (option.is_atom("nosuspend"))
            no_suspend = true;
        else if (!option.is_atom("noconnect"))
            return BifResult::raise(common_.badarg);
    }
    Term receiver = to;
    if (to.is(Term::Kind::atom)) {
        receiver = process_whereis(to).value;
        if (receiver.is(Term::Kind::atom)) return BifResult::raise(common_.badarg);
    }
    if (receiver.is(Term::Kind::port)) {
        Port* port = find(PortId{receiver.as_port()});
        return port == nullptr ? BifResult::of(message) : send_to_port(by, *port, message, no_suspend);
    }
    if (!receiver.is(Term::Kind::pid)) return BifResult::raise(common_.badarg);
    if (Process* process = find(ProcessId{receiver.as_pid()})) deliver(*process, message, {}, by);
    return BifResult::of(message);
}

} // namespace ddll::host
