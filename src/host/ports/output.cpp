#include "host/ports/output.h"

#include "host/host.h"

#include <utility>

namespace ddll::host {

using term::Term;

namespace {

// The bytes as the port's mode shows them, with the header's bytes consed in front.
Term shown(bool binary, std::string_view header, std::string_view bytes, bool no_buffer) {
    if (binary) return Term::list(header_items(header), no_buffer ? Term::nil() : Term::binary(bytes));
    std::string all(header);
    all += bytes;
    return Term::bytes_list(all);
}

// What the line buffer has, behind `tag`.
void emit_line(Host& host, Port& port, std::string_view header, const Term& tag) {
    output_to_owner(host, port, term::make_tuple(tag, shown(port.options.binary, header, port.line.buffer, false)));
    port.line.buffer.clear();
}

} // namespace

std::vector<Term> header_items(std::string_view header) {
    std::vector<Term> items;
    for (const char c : header) items.push_back(Term::integer(static_cast<unsigned char>(c)));
    return items;
}

bool output_to_owner(Host& host, Port& port, Term data) {
    if (port.discards_output()) return false;
    Process* owner = host.processes().find(port.owner);
    if (owner == nullptr || !owner->alive()) return false;
    Term content = term::make_tuple(host.common().data, std::move(data));
    host.processes().deliver(*owner, term::make_tuple(Term::port(port.id.value), std::move(content)), port.id, {});
    return true;
}

void output_bytes(Host& host, Port& port, std::string_view header, std::string_view bytes, bool no_buffer) {
    if (port.discards_output()) return;
    port.info.input += header.size() + bytes.size();
    if (port.options.line == 0) {
        output_to_owner(host, port, shown(port.options.binary, header, bytes, no_buffer));
        return;
    }
    // A line of just the full length waits: the next byte tells whether it was complete. A carriage return waits too,
    // and does not count as long as it does (measured on OTP 25).
    const auto add = [&](char c) {
        if (port.line.buffer.size() >= port.options.line) emit_line(host, port, header, host.common().noeol);
        port.line.buffer += c;
    };
    for (const char c : bytes) {
        const bool waited = std::exchange(port.line.carriage_return, c == '\r');
        if (c == '\n') {
            emit_line(host, port, header, host.common().eol);
            continue;
        }
        if (waited) add('\r');
        if (c != '\r') add(c);
    }
}

void flush_line_buffer(Host& host, Port& port) {
    if (port.options.line == 0) return;
    if (std::exchange(port.line.carriage_return, false)) {
        if (port.line.buffer.size() >= port.options.line) emit_line(host, port, {}, host.common().noeol);
        port.line.buffer += '\r';
    }
    if (!port.line.buffer.empty()) emit_line(host, port, {}, host.common().noeol);
}

int send_term(Host& host, Port* port, ProcessId to, Term message) {
    if (port != nullptr && port->discards_output()) return 0;
    Process* process = host.processes().find(to);
    if (process == nullptr || !process->alive()) return 0;
    host.processes().deliver(*process, std::move(message), port != nullptr ? port->id : PortId{}, {});
    return 1;
}

Term binary_term(Host& host, ErlDrvBinary* binary, std::size_t offset, std::size_t length) {
    const char* data = binary->orig_bytes + offset;
    if (length <= 64) return Term::binary({data, length});
    const PortId sender = call_frames().empty() ? PortId{} : call_frames().back().port;
    term::Bits bits;
    bits.owner = host.memory().share(binary, offset, length, sender);
    bits.data = reinterpret_cast<const std::uint8_t*>(data);
    bits.size = length;
    return Term::bits(std::move(bits));
}

} // namespace ddll::host
