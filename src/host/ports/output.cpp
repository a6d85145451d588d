// Messages from a port to processes.
#include "host/host.h"

#include <utility>

namespace ddll::host {

using term::Term;

namespace {

// The bytes as the port's mode shows them, with the header's bytes consed in front.
Term shown(bool binary, std::string_view header, std::string_view bytes, bool no_buffer) {
    if (!binary) {
        std::string all(header);
        all += bytes;
        return Term::bytes_list(all);
    }
    Term tail = no_buffer ? Term::nil() : Term::binary(bytes);
    if (header.empty()) return tail;
    std::vector<Term> items;
    items.reserve(header.size());
    for (const char c : header) items.push_back(Term::integer(static_cast<unsigned char>(c)));
    return Term::list(std::move(items), std::move(tail));
}

} // namespace

bool Host::discards_output(const Port& port) const {
    // While draining nothing gets out, not even from the stop that ends it. A stop without draining still talks.
    return port.was_draining;
}

bool Host::output_to_owner(Port& port, Term data) {
    if (discards_output(port)) return false;
    Process* owner = find(port.owner);
    if (owner == nullptr || !owner->alive()) return false;
    deliver(*owner, term::make_tuple(Term::port(port.id.value), term::make_tuple(common_.data, std::move(data))),
            port.id, {});
    return true;
}

void Host::output_bytes(Port& port, std::string_view header, std::string_view bytes, bool no_buffer) {
    if (discards_output(port)) return;
    port.input += header.size() + bytes.size();
    if (port.options.line == 0) {
        output_to_owner(port, shown(port.options.binary, header, bytes, no_buffer));
        return;
    }
    const auto emit = [&](const Term& tag) {
        output_to_owner(port, term::make_tuple(tag, shown(port.options.binary, header, port.line_buffer, false)));
        port.line_buffer.clear();
    };
    // A line of just the full length waits: the next byte tells whether it was complete. A carriage return waits too,
    // and does not count as long as it does (measured on OTP 25).
    const auto add = [&](char c) {
        if (port.line_buffer.size() >= port.options.line) emit(common_.noeol);
        port.line_buffer += c;
    };
    for (const char c : bytes) {
        const bool waited = std::exchange(port.carriage_return, c == '\r');
        if (c == '\n') {
            emit(common_.eol);
            continue;
        }
        if (waited) add('\r');
        if (c != '\r') add(c);
    }
}

void Host::flush_line_buffer(Port& port) {
    const auto emit = [&] {
        output_to_owner(port, term::make_tuple(common_.noeol, shown(port.options.binary, {}, port.line_buffer, false)));
        port.line_buffer.clear();
    };
    if (port.options.line == 0) return;
    if (std::exchange(port.carriage_return, false)) {
        if (port.line_buffer.size() >= port.options.line) emit();
        port.line_buffer += '\r';
    }
    if (!port.line_buffer.empty()) emit();
}

int Host::send_term(Port* port, ProcessId to, Term message) {
    if (port != nullptr && discards_output(*port)) return 0;
    Process* process = find(to);
    if (process == nullptr || !process->alive()) return 0;
    deliver(*process, std::move(message), port != nullptr ? port->id : PortId{}, {});
    return 1;
}

} // namespace ddll::host
