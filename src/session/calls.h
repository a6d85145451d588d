#pragma once
/// Calls that a client sends: what can be known of them before they are made.
#include "base/result.h"
#include "term/expr.h"

#include <set>
#include <string>

namespace ddll::session {

/// Every variable has a value and every function exists; else the error names what may have been meant.
Result<void> check_names(const term::Expr& expr, const std::set<std::string>& variables);

} // namespace ddll::session
