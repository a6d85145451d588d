#include "cli/shell_text.h"

#include "base/text.h"

#include <algorithm>
#include <cctype>

namespace ddll::cli {

namespace {

bool blank(char c) {
    return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Behind a string, quoted atom, character or comment that begins at `at`; `at` itself where none does.
std::size_t skip_quoted(std::string_view text, std::size_t at) {
    const char c = text[at];
    if (c == '%') return std::min(text.find('\n', at), text.size());
    if (c == '$') return std::min(text.size(), at + (at + 1 < text.size() && text[at + 1] == '\\' ? 3 : 2));
    if (c != '"' && c != '\'') return at;
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] == '\\')
            ++i;
        else if (text[i] == c)
            return i + 1;
    }
    return text.npos; // not closed yet
}

} // namespace

std::optional<std::size_t> end_of_expression(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t behind = skip_quoted(text, i);
        if (behind == text.npos) return std::nullopt;
        if (behind != i) {
            i = behind;
            continue;
        }
        if (text[i] == '.' && (i + 1 == text.size() || blank(text[i + 1]) || text[i + 1] == '%')) return i + 1;
        ++i;
    }
    return std::nullopt;
}

Binding split_binding(std::string_view text) {
    int depth = 0;
    constexpr std::string_view part_of_operator = "=<>:/!";
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t behind = skip_quoted(text, i);
        if (behind == text.npos) break;
        if (behind != i) {
            i = behind;
            continue;
        }
        const char c = text[i];
        if (c == '(' || c == '[' || c == '{') ++depth;
        if (c == ')' || c == ']' || c == '}') --depth;
        if (c == '=' && depth == 0 && i > 0) {
            const char before = text[i - 1], after = i + 1 < text.size() ? text[i + 1] : ' ';
            if (part_of_operator.find(before) == part_of_operator.npos &&
                part_of_operator.find(after) == part_of_operator.npos)
                return {std::string(text.substr(0, i)), std::string(text.substr(i + 1))};
            break;
        }
        ++i;
    }
    return {"", std::string(text)};
}

std::string_view word_before(std::string_view line, std::size_t cursor) {
    std::size_t begin = std::min(cursor, line.size());
    const auto part = [](char c) { return is_word(c) || c == '@' || c == ':'; };
    while (begin > 0 && part(line[begin - 1])) --begin;
    return line.substr(begin, cursor - begin);
}

std::vector<std::string> completions(std::string_view beginning, std::vector<std::string> words) {
    std::erase_if(words, [beginning](const std::string& word) { return !word.starts_with(beginning); });
    std::sort(words.begin(), words.end());
    words.erase(std::unique(words.begin(), words.end()), words.end());
    return words;
}

std::string common_rest(std::string_view beginning, const std::vector<std::string>& words) {
    if (words.empty()) return {};
    std::string common = words.front();
    for (const std::string& word : words) {
        const auto [end, other] = std::mismatch(common.begin(), common.end(), word.begin(), word.end());
        static_cast<void>(other);
        common.erase(end, common.end());
    }
    return common.size() > beginning.size() ? common.substr(beginning.size()) : std::string();
}

} // namespace ddll::cli
