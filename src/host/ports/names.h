#pragma once
/// Texts that open_port takes: names of files and the environment of a program. As measured on OTP 25.
#include "term/term.h"

#include <string>

namespace ddll::host {

/// Appends a deep list of characters without a zero as UTF-8. False for anything else, with `out` in an unspecified
/// state.
bool append_characters(const term::Term& list, std::string& out);

/// Appends a file name as UTF-8: an atom, a deep list of characters without a zero, or the bytes of a binary up to its
/// first zero. False for anything else, with `out` in an unspecified state.
bool append_file_name(const term::Term& term, std::string& out);

/// Whether this may be the value of {env, _}: a list of {Name, Value}, both deep lists of characters without a zero, no
/// `=` in the name; a value may also be false.
bool is_environment(const term::Term& term);

} // namespace ddll::host
