#pragma once
/// calls/ is every verb the outside can ask of a host, written as the Erlang call it stands for: one row and one
/// function each. Scenario files, and later sessions and shells, all go through perform(). Read next: table.cpp (the
/// rows), pure.cpp (functions without effects that may stand inside calls).
#include "host/host.h"
#include "term/expr.h"

#include <optional>
#include <string>
#include <vector>

namespace ddll::calls {

struct CallDoc {
    std::string module;
    std::string name;
    unsigned arity = 0;
    std::string doc;
};

/// All functions a call may use, sorted by module, name and arity; module "erlang" may be left out in a call.
std::vector<CallDoc> known_calls();

/// Calls Module:Name(Args) in the name of a process that is alive and not blocked. Unknown functions raise undef.
term::Evaluated call(host::Host& host, ProcessId by, const std::string& module, const std::string& name,
                     const std::vector<term::Term>& args);

/// Evaluates an expression in the name of a process: journals it as a call and, unless it blocks, as a return.
/// `shown` is the text for the journal.
term::Evaluated perform(host::Host& host, ProcessId by, const term::Expr& expr, std::string_view shown,
                        const term::Bindings& bindings);

/// If the process was blocked and its call has returned: journals that and gives the value or exception.
std::optional<term::Evaluated> take_late_return(host::Host& host, ProcessId by);

} // namespace ddll::calls
