#pragma once
/// Messages from a port to processes.
#include "base/id.h"
#include "term/term.h"

#include <erl_driver.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace ddll::host {

class Host;
struct Port;

/// The bytes as the integers that stand in front of the data.
std::vector<term::Term> header_items(std::string_view header);
/// {Port, {data, D}} to the owner; false when there is none to receive it or the port is draining.
bool output_to_owner(Host& host, Port& port, term::Term data);
/// As driver_output2: header and bytes in the port's mode, line splitting included. `bytes` without data pointer: [].
void output_bytes(Host& host, Port& port, std::string_view header, std::string_view bytes, bool no_buffer);
void flush_line_buffer(Host& host, Port& port);
/// A term from the driver to a process; 1 delivered, 0 not.
int send_term(Host& host, Port* port, ProcessId to, term::Term message);
/// Bytes of a driver binary as a message sees them: up to 64 are copied, more are shared and counted.
term::Term binary_term(Host& host, ErlDrvBinary* binary, std::size_t offset, std::size_t length);

} // namespace ddll::host
