#include "record/names.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::record {

using term::Term;

namespace {

/// "my.server" is my_server.
std::string as_name(const std::string& wanted) {
    std::string out;
    for (const char c : wanted) out += is_word(c) ? c : '_';
    if (!out.empty()) out[0] = to_lower(out[0]);
    return out.empty() || !is_lower(out[0]) ? "process_" + out : out;
}

std::string capitalized(std::string name) {
    if (is_lower(name[0])) name[0] = static_cast<char>(name[0] - 'a' + 'A');
    return name;
}

bool is_identity(const Term& term) {
    return term.is(Term::Kind::pid) || term.is(Term::Kind::port) || term.is(Term::Kind::reference);
}

} // namespace

bool has_fun(const Term& term) {
    switch (term.kind()) {
    case Term::Kind::fun:
        return true;
    case Term::Kind::tuple:
        return std::ranges::any_of(term.elements(), has_fun);
    case Term::Kind::list:
        return std::ranges::any_of(term.items(), has_fun) || has_fun(term.tail());
    case Term::Kind::map:
        return std::ranges::any_of(term.pairs(), [](const auto& p) { return has_fun(p.first) || has_fun(p.second); });
    default:
        return false;
    }
}

std::string Names::fresh_variable(const std::string& wanted) {
    std::string name = wanted;
    for (int i = 2; !taken_.insert(name).second; ++i) name = fmt::format("{}{}", wanted, i);
    return name;
}

void Names::add_process(const Term& process, const std::string& wanted) {
    if (processes_.contains(process)) return;
    std::string variable = fresh_variable(capitalized(as_name(wanted)));
    variables_[process] = variable;
    variable[0] = to_lower(variable[0]);
    processes_[process] = variable;
}

std::string Names::add_folder(const std::string& folder) {
    const auto known = folders_.find(folder);
    return known != folders_.end() ? known->second : folders_[folder] = fresh_variable("Dir");
}

std::string Names::of_process(const Term& process) const {
    const auto it = processes_.find(process);
    return it == processes_.end() ? std::string() : it->second;
}

std::optional<std::string> Names::text(const Term& term) const {
    bool unknown = has_fun(term);
    std::string out = term::print(term, [&](const Term& identity) -> std::optional<std::string> {
        const auto it = variables_.find(identity);
        if (it != variables_.end()) return it->second;
        unknown = true;
        return std::nullopt;
    });
    return unknown ? std::nullopt : std::optional(std::move(out));
}

std::string Names::pattern(const Term& term) {
    if (has_fun(term)) return "_";
    return term::print(term, [&](const Term& identity) -> std::optional<std::string> {
        if (!is_identity(identity)) return std::nullopt;
        auto& variable = variables_[identity];
        if (variable.empty())
            variable = fresh_variable(identity.is(Term::Kind::port)  ? "P"
                                      : identity.is(Term::Kind::pid) ? "Pid"
                                                                     : "Ref");
        return variable;
    });
}

} // namespace ddll::record
