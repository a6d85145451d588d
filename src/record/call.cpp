#include "record/call.h"

#include "term/external.h"

#include <fmt/format.h>

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

bool is_test(const Call& call) {
    return call.module == "eunit_test" && call.name == "run_testfun";
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

namespace {

/// Terms of the external format, one behind the other.
std::vector<Term> terms_in(std::string_view bytes) {
    std::vector<Term> out;
    while (!bytes.empty()) {
        const std::string one = '\x83' + std::string(bytes);
        const auto decoded = term::decode(one);
        if (!decoded) break;
        out.push_back(decoded->term);
        bytes.remove_prefix(decoded->used - 1);
    }
    return out;
}

} // namespace

std::string test_name(const Term& fun) {
    if (!fun.is(Term::Kind::fun)) return {};
    constexpr char export_ext = 113, new_fun_ext = 112;
    constexpr std::size_t before_module =
        1 + 4 + 1 + 16 + 4 + 4; // tag, size, arity, digest, index, number of variables
    const std::string_view bytes = fun.as_fun();
    if (bytes.front() == export_ext) {
        const auto parts = terms_in(bytes.substr(1)); // module, function, arity
        return parts.size() < 2 ? std::string() : fmt::format("{}.{}", name_text(parts[0]), name_text(parts[1]));
    }
    if (bytes.front() != new_fun_ext || bytes.size() < before_module) return {};
    // Module, old index, old digest, pid, and then its variables.
    constexpr std::size_t first_variable = 4;
    const auto parts = terms_in(bytes.substr(before_module));
    if (parts.size() != first_variable + 2 || !parts[0].is_atom("eunit_test")) return {};
    if (!parts[first_variable].is(Term::Kind::atom) || !parts[first_variable + 1].is(Term::Kind::atom)) return {};
    return fmt::format("{}.{}", name_text(parts[first_variable]), name_text(parts[first_variable + 1]));
}

std::string name_text(const Term& term) {
    if (term.is(Term::Kind::atom)) return term.as_atom();
    std::string out;
    return term::iolist_to_bytes(term, out) ? out : std::string();
}

} // namespace ddll::record
