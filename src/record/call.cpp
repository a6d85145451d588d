#include "record/call.h"

namespace ddll::record {

using term::Term;

std::optional<Call> call_of(const Term& process, const Term& mfa) {
    if (!mfa.is_tuple(3)) return std::nullopt;
    const auto parts = mfa.elements();
    if (!parts[0].is(Term::Kind::atom) || !parts[1].is(Term::Kind::atom) || !parts[2].is_list()) return std::nullopt;
    return Call{process, parts[0].as_atom(), parts[1].as_atom(), parts[2].items()};
}

bool is_load(const Call& call) {
    if (call.module != "erl_ddll") return false;
    return call.name == "try_load" || call.name == "load" || call.name == "load_driver" || call.name == "reload" ||
           call.name == "reload_driver";
}

std::string driver_of(const Call& call) {
    if (call.arguments.empty() || call.name == "demonitor") return {};
    if (is_load(call)) return call.arguments.size() < 2 ? std::string() : name_text(call.arguments[1]);
    if (call.name != "monitor" && call.name != "open_port") return name_text(call.arguments[0]);
    // monitor(driver, {Name, _}), open_port({spawn | spawn_driver, "Name and more"}, _)
    const Term& item = call.name == "monitor" ? call.arguments.back() : call.arguments[0];
    if (!item.is_tuple(2)) return {};
    const std::string text = name_text(item.elements()[call.name == "monitor" ? 0 : 1]);
    return call.name == "monitor" ? text : text.substr(0, text.find(' '));
}

std::string name_text(const Term& term) {
    if (term.is(Term::Kind::atom)) return term.as_atom();
    std::string out;
    return term::iolist_to_bytes(term, out) ? out : std::string();
}

} // namespace ddll::record
