#pragma once
/// The rules that a driver may break, as an enumerator each: what journals, finders and reports carry. A mistyped rule
/// does not compile. Read next: findings.h (what each is), findings.def (the rows).
#include "words/words.h"

namespace ddll::words {

/// In the order of their ids, which are their spellings.
enum class Rule : std::uint8_t {
#define DDLL_FINDING(rule, ...) rule,
#include "words/findings.def"
#undef DDLL_FINDING
};
template <>
inline constexpr auto spellings<Rule> = std::array{
#define DDLL_FINDING(rule, id, ...) id,
#include "words/findings.def"
#undef DDLL_FINDING
};

} // namespace ddll::words
