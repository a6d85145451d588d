#pragma once
/// A call of a process, as the tracer saw it.
#include "term/expr.h"

#include <optional>
#include <string>
#include <vector>

namespace ddll::record {

struct Call {
    term::Term process;
    std::string module, name;
    std::vector<term::Term> arguments;
    std::optional<term::Evaluated> outcome{}; ///< nothing: it did not return before the node ended, or its process
    std::optional<std::string> file{};        ///< of a load: the version of the driver's file; empty: there is none
};

/// Of {Module, Function, Arguments}.
std::optional<Call> call_of(const term::Term& process, const term::Term& mfa);

/// Calls that name a folder first and a driver second.
bool is_load(const Call& call);

/// The driver that a call names; empty where it names none.
std::string driver_of(const Call& call);

/// The bytes of an iolist, or the text of an atom: how Erlang takes the names of folders and drivers.
std::string name_text(const term::Term& term);

/// EUnit runs a test.
bool is_test(const Call& call);

/// Module and function of a test that EUnit runs: of the fun itself, or of what EUnit has wrapped into one of its own.
/// Empty where neither is there.
std::string test_name(const term::Term& fun);

} // namespace ddll::record
