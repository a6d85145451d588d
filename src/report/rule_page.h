#pragma once
/// A rule explained: what goes wrong, an example, how it is found, how to cure it, how to accept it for a while.
#include "words/findings.h"

#include <string>

namespace ddll::report {

/// For a terminal, in lines of 80 columns.
std::string rule_page(const words::RuleRow& rule);

/// All rules as one Markdown document: docs/rules.md.
std::string rules_markdown();

} // namespace ddll::report
