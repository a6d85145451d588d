#pragma once
/// Colours of the text report, and making foreign bytes safe to show.
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::report {

struct Style {
    bool color = false;

    std::string good(std::string_view text) const { return paint("32", text); }
    std::string bad(std::string_view text) const { return paint("1;31", text); }
    std::string warn(std::string_view text) const { return paint("33", text); }
    std::string dim(std::string_view text) const { return paint("2", text); }
    std::string strong(std::string_view text) const { return paint("1", text); }

private:
    std::string paint(std::string_view code, std::string_view text) const;
};

/// Control characters and bytes that are no UTF-8 become \xNN; line ends and tabs stay when `lines` is set.
std::string printable(std::string_view bytes, bool lines = false);

/// The text with each of the characters replaced by what stands for it.
std::string escaped(std::string_view text, std::initializer_list<std::pair<char, std::string_view>> escapes);

/// The text broken at spaces into lines of at most `width` columns, each after `indent` blanks. Ends with a line end.
std::string wrapped(std::string_view text, std::size_t indent, std::size_t width = 100);

/// Every line of `text` wrapped on its own, so that a list stays a list.
std::string wrapped_lines(std::string_view text, std::size_t indent, std::size_t width = 100);

/// Without their line ends.
std::vector<std::string_view> lines_of(std::string_view text);

/// How many code points it has.
std::size_t columns(std::string_view utf8);

/// Every line of `text` after `prefix`, line ends added where missing; empty for an empty text.
std::string indented(std::string_view text, std::string_view prefix);

} // namespace ddll::report
