#pragma once
/// Names of processes: alice is the value of the variable Alice.
#include <string>
#include <string_view>

namespace ddll::scenario {

/// It begins with a-z; letters, digits and _ follow.
bool is_process_name(std::string_view name);

/// Alice for alice; a word that does not begin with a-z stays as it is.
std::string process_variable(std::string_view name);

} // namespace ddll::scenario
