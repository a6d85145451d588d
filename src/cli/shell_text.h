#pragma once
/// What is typed into the shell: where an expression ends, what it binds, what may complete it.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::cli {

/// Where the first expression ends: behind its full stop, which stands outside of quotes and before a blank or the end
/// of a line. Nothing while there is more to come.
std::optional<std::size_t> end_of_expression(std::string_view text);

/// `Pattern = Expression` at the top: both sides; the pattern is empty where there is none.
struct Binding {
    std::string pattern, expression;
};
Binding split_binding(std::string_view text);

/// The word that ends at `cursor`: what a completion begins with. Letters, digits, _, @ and the colon of a module.
std::string_view word_before(std::string_view line, std::size_t cursor);

/// Those of the words that begin with `beginning`, sorted, each once.
std::vector<std::string> completions(std::string_view beginning, std::vector<std::string> words);

/// What all of them have in common beyond `beginning`.
std::string common_rest(std::string_view beginning, const std::vector<std::string>& words);

} // namespace ddll::cli
