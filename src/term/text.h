#pragma once
/// Erlang's text form of a Term: what the shell prints and reads. print and parse round-trip for every term that nests
/// no deeper than max_nesting (expr.h); functions have no text form here.
/// Besides Erlang's own syntax, parse reads what print writes for identities: <0.80.0>, #Port<0.5>, #Ref<0.0.0.7>
/// and, for foreign ones, a form that keeps their bytes.
#include "base/result.h"
#include "term/term.h"

#include <functional>
#include <optional>
#include <string>

namespace ddll::term {

/// Gives a name to a term that has one (a pid that a scenario calls Alice); used for pids, ports and references.
using Namer = std::function<std::optional<std::string>(const Term&)>;

/// One line, as `io:format("~0p")` would write it: lists of printable Latin-1 characters as strings (never empty ones),
/// binaries likewise, atoms quoted where needed, floats in the shortest form that reads back.
std::string print(const Term& term, const Namer& namer = {});

/// Reads exactly one term (no variables). The error's place has line and column within `text`.
Result<Term> parse(std::string_view text);

/// An atom as source text: quoted and escaped where Erlang needs it.
std::string print_atom(std::string_view utf8);

} // namespace ddll::term
