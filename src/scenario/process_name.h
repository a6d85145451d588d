#pragma once
/// Names of processes: alice is the value of the variable Alice.
#include "base/text.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace ddll::scenario {

/// It begins with a-z; letters, digits and _ follow.
inline bool is_process_name(std::string_view name) {
    return !name.empty() && is_lower(name[0]) && std::all_of(name.begin(), name.end(), is_word);
}

/// Alice for alice; a word that does not begin with a-z stays as it is.
inline std::string process_variable(std::string_view name) {
    std::string out(name);
    if (!out.empty() && is_lower(out[0])) out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

} // namespace ddll::scenario
