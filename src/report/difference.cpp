#include "report/difference.h"

#include "base/text.h"

#include <algorithm>
#include <vector>

namespace ddll::report {
namespace {

bool in_word(char c) {
    return is_word(c) || static_cast<unsigned char>(c) >= 0x80;
}

/// Lines in both lists keep their place: the longest common subsequence. Lists longer than this are compared in order.
constexpr std::size_t most_lines = 400;

std::string list_difference(std::string_view expected, std::string_view got, std::string_view indent,
                            const Style& style) {
    const auto a = lines_of(expected), b = lines_of(got);
    std::string out;
    const auto line = [&](char mark, std::string_view text) {
        const std::string shown = std::string(1, mark) + ' ' + std::string(text);
        out += std::string(indent) + (mark == '-' ? style.good(shown) : mark == '+' ? style.bad(shown) : shown) + '\n';
    };
    if (a.size() > most_lines || b.size() > most_lines) {
        for (const auto text : a) line('-', text);
        for (const auto text : b) line('+', text);
        return out;
    }
    std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = a.size(); i-- > 0;)
        for (std::size_t j = b.size(); j-- > 0;)
            common[i][j] = a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    std::size_t i = 0, j = 0;
    while (i < a.size() || j < b.size()) {
        if (i < a.size() && j < b.size() && a[i] == b[j]) {
            line(' ', a[i]);
            ++i, ++j;
        } else if (i < a.size() && (j == b.size() || common[i + 1][j] >= common[i][j + 1])) {
            line('-', a[i++]);
        } else {
            line('+', b[j++]);
        }
    }
    return out;
}

} // namespace

Range differing(std::string_view expected, std::string_view got) {
    std::size_t first = 0;
    while (first < expected.size() && first < got.size() && expected[first] == got[first]) ++first;
    std::size_t tail = 0;
    while (tail + first < expected.size() && tail + first < got.size() &&
           expected[expected.size() - 1 - tail] == got[got.size() - 1 - tail])
        ++tail;
    std::size_t last = got.size() - tail;
    if (first == last) return {first, last};
    while (first > 0 && in_word(got[first]) && in_word(got[first - 1])) --first;
    while (last < got.size() && in_word(got[last - 1]) && in_word(got[last])) ++last;
    return {first, last};
}

std::string show_difference(std::string_view expected, std::string_view got, std::string_view indent,
                            const Style& style) {
    if (expected.find('\n') != std::string_view::npos || got.find('\n') != std::string_view::npos) {
        std::string out = std::string(indent) + "expected (-) and got (+)\n";
        return out + list_difference(expected, got, std::string(indent) + "  ", style);
    }
    std::string out = std::string(indent) + "expected  " + std::string(expected) + '\n';
    const Range range = differing(expected, got);
    out += std::string(indent) + "got       " + std::string(got) + '\n';
    if (expected.empty() || got.empty()) return out;
    const std::size_t width = std::max<std::size_t>(1, columns(got.substr(range.first, range.last - range.first)));
    return out + std::string(indent) + std::string(10 + columns(got.substr(0, range.first)), ' ') +
           style.bad(std::string(width, '^')) + '\n';
}

} // namespace ddll::report
