#pragma once
/// For rules with a sample in drivers/museum: what the sample does, and how it differs from its fix. The texts are
/// part of the executable; scripts/rules-page keeps them.
#include "words/rule.h"

#include <string_view>

namespace ddll::findings {

struct Example {
    words::Rule rule{};
    std::string_view shows;      ///< one line: "a thread that nobody ends"
    std::string_view difference; ///< lines that begin with '-' (has it), '+' (fixed), ' ' (both), or are "..."
};

/// Null for a rule without one.
const Example* example(words::Rule rule);

} // namespace ddll::findings
