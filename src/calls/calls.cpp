#include "calls/calls.h"

#include "calls/table.h"
#include "term/abridge.h"

#include <map>
#include <tuple>

namespace ddll::calls {

using term::Evaluated;
using term::Term;

namespace {

using Key = std::tuple<std::string_view, std::string_view, unsigned>;

const std::map<Key, const Row*>& index() {
    static const std::map<Key, const Row*> all = [] {
        std::map<Key, const Row*> made;
        for (const auto rows : {verbs(), pure_functions()})
            for (const Row& row : rows) made.emplace(Key{row.module, row.name, row.arity}, &row);
        return made;
    }();
    return all;
}

void journal_return(host::Host& host, ProcessId by, const Evaluated& result, bool late) {
    auto outcome = journal::Outcome::value;
    if (result.kind == Evaluated::Kind::blocked)
        outcome = journal::Outcome::blocked;
    else if (result.kind == Evaluated::Kind::raised)
        outcome = result.exception_class == "exit"    ? journal::Outcome::raised_exit
                  : result.exception_class == "throw" ? journal::Outcome::raised_throw
                                                      : journal::Outcome::raised_error;
    thread_local std::string encoded;
    encoded.clear();
    if (outcome != journal::Outcome::blocked) term::encode_abridged(result.value, journal::payload_limit, encoded);
    host.journal().write(journal::Returned{by, outcome, late, encoded});
}

words::LoadCall asked_by(const term::Expr& expr) {
    if (expr.kind != term::Expr::Kind::call || expr.module != "erl_ddll") return words::LoadCall::none;
    for (const std::string_view load : {"load", "load_driver", "try_load"})
        if (expr.name == load) return words::LoadCall::load;
    for (const std::string_view unload : {"unload", "unload_driver", "try_unload"})
        if (expr.name == unload) return words::LoadCall::unload;
    return words::LoadCall::none;
}

} // namespace

std::vector<CallDoc> known_calls() {
    std::vector<CallDoc> docs;
    for (const auto& [key, row] : index())
        docs.push_back({std::string(row->module), std::string(row->name), row->arity, std::string(row->doc)});
    return docs;
}

Evaluated call(host::Host& host, ProcessId by, const std::string& module, const std::string& name,
               const std::vector<Term>& args) {
    const std::string_view in = module.empty() ? std::string_view("erlang") : std::string_view(module);
    const auto it = index().find(Key{in, name, static_cast<unsigned>(args.size())});
    if (it == index().end()) return Evaluated::raise(Term::atom("undef"));
    return it->second->function(host, by, args);
}

Evaluated perform(host::Host& host, ProcessId by, const term::Expr& expr, std::string_view shown,
                  const term::Bindings& bindings) {
    host.journal().write(journal::Called{by, shown, asked_by(expr)});
    const Evaluated result = term::evaluate(
        expr, bindings, [&](const std::string& module, const std::string& name, const std::vector<Term>& args) {
            return call(host, by, module, name, args);
        });
    host.processes().end_call(result.kind == Evaluated::Kind::blocked);
    journal_return(host, by, result, false);
    return result;
}

std::optional<Evaluated> take_late_return(host::Host& host, ProcessId by) {
    const auto answer = host.processes().take_answer(by);
    if (!answer) return std::nullopt;
    const Evaluated result = answer->raised ? Evaluated::raise(answer->value) : Evaluated::of(answer->value);
    journal_return(host, by, result, true);
    return result;
}

} // namespace ddll::calls
