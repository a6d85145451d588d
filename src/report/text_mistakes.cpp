#include "base/text.h"
#include "report/step_text.h"
#include "report/text_parts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace ddll::report {
namespace {

constexpr std::size_t widest = 100;

std::string_view line_of(std::string_view text, int number) {
    for (int i = 1; i < number && !text.empty(); ++i)
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    return text;
}

/// The source line with a caret under `column` (bytes, from 1); of a very long line the part around it.
std::string excerpt(std::string_view line, int column, const Style& style) {
    std::size_t at = std::min(static_cast<std::size_t>(std::max(column, 1) - 1), line.size());
    std::string before;
    if (line.size() > widest && at > widest / 2) {
        std::size_t from = at - widest / 2;
        while (from < at && (static_cast<unsigned char>(line[from]) & 0xC0) == 0x80) ++from;
        line.remove_prefix(from);
        at -= from;
        before = "...";
    }
    std::string after;
    if (line.size() > widest) {
        std::size_t to = widest;
        while (to > at && (static_cast<unsigned char>(line[to]) & 0xC0) == 0x80) --to;
        line = line.substr(0, to);
        after = "...";
    }
    // Tabs would move the caret.
    std::string head = printable(line.substr(0, at), true), tail = printable(line.substr(at), true);
    std::replace(head.begin(), head.end(), '\t', ' ');
    std::replace(tail.begin(), tail.end(), '\t', ' ');
    std::string out = fmt::format("    {}{}{}{}\n", before, head, tail, after);
    if (column > 0) out += std::string(4 + before.size() + columns(head), ' ') + style.bad("^") + '\n';
    return out;
}

} // namespace

std::string mistakes_text(const scenario::RunResult& result, const Look& look) {
    std::string out;
    std::map<std::string, std::string> files; // text by name, empty when it cannot be read again
    for (const auto& mistake : result.mistakes) {
        Place place = mistake.place;
        if (place.file.empty()) place.file = result.file;
        out += look.style.strong(place_text(place)) + ": " + printable(mistake.message);
        if (!mistake.hint.empty()) out += fmt::format(" ({})", printable(mistake.hint));
        if (!place.pointer.empty()) out += look.style.dim(fmt::format(" [{}]", printable(place.pointer)));
        out += '\n';
        for (const auto& note : mistake.notes) out += "    " + printable(note) + '\n';
        if (place.line <= 0) continue;
        auto [file, fresh] = files.try_emplace(place.file);
        if (fresh)
            if (auto text = read_file(place.file, std::size_t{64} << 20)) file->second = *std::move(text);
        if (!file->second.empty()) out += excerpt(line_of(file->second, place.line), place.column, look.style);
    }
    return out;
}

} // namespace ddll::report
