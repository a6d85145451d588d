#include "session/mailboxes.h"

#include <algorithm>
#include <utility>

namespace ddll::session {

using term::Term;
using Reason = DriverMessage::Reason;

namespace {

struct Row {
    Reason reason;
    std::string_view atom; ///< alone, or the first of a pair
    std::string_view meaning;
};
constexpr Row rows[] = {
    {Reason::loaded, "loaded", "the driver is there, and it is the one that was asked for"},
    {Reason::unloaded, "unloaded", "the code has left"},
    {Reason::unload_cancelled, "unload_cancelled", "somebody loaded it again before the code could leave"},
    {Reason::load_cancelled, "load_cancelled", "the last user unloaded it before the reload could happen"},
    {Reason::permanent, "permanent", "the driver locked itself: it will not leave"},
    {Reason::load_failure, "load_failure",
     "the new file was refused, and the old code has left: there is no driver now"},
};

Reason reason_of(const Term& term) {
    const bool pair = term.is_tuple(2);
    const Term& word = pair ? term.elements()[0] : term;
    const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) {
        return word.is_atom(r.atom) && pair == (r.reason == Reason::load_failure);
    });
    return row == std::end(rows) ? Reason::unknown : row->reason;
}

} // namespace

std::string_view DriverMessage::meaning() const {
    const auto* row = std::find_if(std::begin(rows), std::end(rows), [&](const Row& r) { return r.reason == reason; });
    return row == std::end(rows) ? std::string_view() : row->meaning;
}

std::optional<DriverMessage> driver_message(const Term& message) {
    if (!message.is_tuple(5)) return std::nullopt;
    const auto& parts = message.elements();
    if (!(parts[0].is_atom("UP") || parts[0].is_atom("DOWN")) || !parts[1].is(Term::Kind::reference) ||
        !parts[2].is_atom("driver"))
        return std::nullopt;
    return DriverMessage{parts[1].as_reference(), reason_of(parts[4])};
}

std::size_t Mailboxes::unread(const std::string& process) const {
    const auto box = boxes_.find(process);
    return box == boxes_.end() ? 0 : box->second.size();
}

std::vector<Message> Mailboxes::read(const std::string& process, bool keep) {
    const auto box = boxes_.find(process);
    if (box == boxes_.end()) return {};
    return keep ? box->second : std::exchange(box->second, {});
}

std::optional<Message> Mailboxes::promised(const std::string& process, std::uint64_t reference) const {
    const auto box = boxes_.find(process);
    if (box == boxes_.end()) return std::nullopt;
    for (const Message& message : box->second)
        if (message.of_driver && message.of_driver->reference == reference) return message;
    return std::nullopt;
}

} // namespace ddll::session
