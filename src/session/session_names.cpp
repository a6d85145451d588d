#include "session/session_names.h"

#include "term/external.h"

namespace ddll::session {

using term::Term;

std::optional<SessionNames::Named> SessionNames::see(const journal::Entry& entry) {
    if (const auto* bound = std::get_if<journal::Bound>(&entry.event)) {
        variables_.emplace(bound->name);
        const auto value = term::decode(bound->term);
        if (!value) return std::nullopt;
        const Term& t = value->term;
        if (!t.is(Term::Kind::pid) && !t.is(Term::Kind::port) && !t.is(Term::Kind::reference)) return std::nullopt;
        const auto [at, is_new] = printed_.try_emplace(term::print(t), bound->name);
        if (is_new) return Named{at->first, at->second};
    } else if (const auto* started = std::get_if<journal::ProcessStarted>(&entry.event)) {
        processes_[started->process] = started->name;
    }
    return std::nullopt;
}

term::Namer SessionNames::namer() const {
    return [this](const Term& t) -> std::optional<std::string> {
        const auto it = printed_.find(term::print(t));
        if (it == printed_.end()) return std::nullopt;
        return it->second;
    };
}

std::string SessionNames::process(ProcessId id) const {
    const auto it = processes_.find(id);
    return it == processes_.end() ? std::string() : it->second;
}

} // namespace ddll::session
