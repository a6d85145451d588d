#pragma once
/// One line of JSON for each journal entry:
///
///     {"seq":12,"time_ns":250000000,"kind":"entered","callback":"control","driver":"counter","port":"#Port<0.3>",...}
///
/// Fields are those of kinds.h, in that order; identifiers that are none are left out, terms and bytes are Erlang text,
/// addresses are never written. "thread" and "cut" appear only when not 0 and not false.
#include "journal/text.h"

#include <string>

namespace ddll::journal {

/// Without a line feed, ASCII only.
std::string to_json(const Entry& entry, const Names& names = {});

} // namespace ddll::journal
