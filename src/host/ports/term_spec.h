#pragma once
/// The little stack language in which drivers describe terms (ERL_DRV_TUPLE and so on).
#include "term/term.h"

#include <erl_driver.h>

#include <optional>

namespace ddll::host {

class Host;

/// The one term that `length` words describe; nothing for a malformed description (missing words, wrong kinds, unknown
/// tags, no or several terms left, duplicate keys of a map). Data is copied, except binaries of more than 64 bytes,
/// which are shared.
std::optional<term::Term> read_term_spec(Host& host, const ErlDrvTermData* words, int length);

} // namespace ddll::host
