#pragma once
/// Erlang's operators on values.
#include "term/expr.h"

#include <string_view>

namespace ddll::term {

/// `+`, `-` or `not`.
Evaluated apply_prefix(std::string_view op, const Term& operand);

/// Every binary operator of parser.h but andalso, orelse and `!`, which are no functions of two values.
Evaluated apply_binary(std::string_view op, const Term& left, const Term& right);

} // namespace ddll::term
