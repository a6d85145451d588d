#pragma once
/// What the host reports when a driver does something wrong, and the names of its errors.
#include "words/driver_api.h"
#include "words/findings.h"

namespace ddll::host {

inline constexpr auto no_function = words::ApiFunction::none;

using words::Rule;

/// What a driver may do wrong with the API: the rules that the host reports while the driver runs.
using Misuse = words::RuleOf<words::by_host>;

/// Lower-case symbolic name of an errno value as erl_errno_id gives it; "unknown" for 0 and what is not known.
const char* errno_name(int error);

} // namespace ddll::host
