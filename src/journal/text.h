#pragma once
/// One line of text for each journal entry: "the last events" of a report. Never an address, never wall time.
#include "journal/entry.h"
#include "term/text.h"

#include <functional>
#include <string>

namespace ddll::journal {

/// What upper layers know about the numbers in a journal. Any member may be empty, any function may return "":
/// then the number is shown.
struct Names {
    term::Namer terms; ///< of pids, ports and references, on their own and inside terms
    std::function<std::string(DriverId)> driver;
    std::function<std::string(ImageId)> image; ///< the scenario's version: "v1"
};

/// "#12 +250ms  enter control of driver counter, port #Port<0.3>, by <0.1.0>: command 1, <<\"add\">>". Without a line
/// feed: those inside texts are escaped.
std::string to_text(const Entry& entry, const Names& names = {});

/// The same without number, time and thread.
std::string event_text(const Entry& entry, const Names& names = {});

// --- the pieces, for other writers -----------------------------------------------------------------------------------

std::string text_of(ProcessId process, const Names& names);
std::string text_of(PortId port, const Names& names);
std::string text_of(DriverId driver, const Names& names); ///< "counter", or "#1" when nobody knows
std::string text_of(ImageId image, const Names& names);
/// A term in external format; says so when it was cut or makes no sense.
std::string term_text(std::string_view external, bool cut, const Names& names);
/// Bytes as an Erlang binary; at most `shown` of them, then "...".
std::string bytes_text(std::string_view bytes, std::size_t shown = 64);
/// UTF-8 on one line: bytes that are no UTF-8 read as Latin-1, control characters escaped as in Erlang.
std::string one_line(std::string_view text);
std::string cleared_text(const ClearedAway& event, const Names& names); ///< "with port P: a timer, made by ..."

} // namespace ddll::journal
