#include "doctor/maps.h"

#include "base/text.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace ddll::doctor {
namespace {

constexpr std::string_view deleted_mark = " (deleted)";

/// The next word of a line, and the blanks before it.
std::string_view take_word(std::string_view& line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    return word;
}

bool to_number(std::string_view text, int base, std::uint64_t& into) {
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), into, base);
    return failure == std::errc() && end == text.data() + text.size();
}

/// The kernel writes line ends, and nothing else, as \012.
std::string unescaped(std::string_view path) {
    constexpr std::string_view line_end = "\\012";
    std::string out;
    for (std::size_t at = 0; at < path.size();) {
        const bool is_line_end = path.substr(at, line_end.size()) == line_end;
        out += is_line_end ? '\n' : path[at];
        at += is_line_end ? line_end.size() : 1;
    }
    return out;
}

struct Line {
    Mapping mapping;
    std::string_view device, path;
    std::uint64_t inode = 0;
};

/// "7f4e-7f4f r-xp 00001000 fe:00 11173945    /opt/counter.so (deleted)"
std::optional<Line> line_of(std::string_view text) {
    Line out;
    const std::string_view range = take_word(text), rights = take_word(text), offset = take_word(text);
    out.device = take_word(text);
    const std::string_view inode = take_word(text);
    const std::size_t dash = range.find('-');
    if (dash == range.npos || rights.size() < 4 || !to_number(range.substr(0, dash), 16, out.mapping.begin) ||
        !to_number(range.substr(dash + 1), 16, out.mapping.end) || !to_number(offset, 16, out.mapping.offset) ||
        !to_number(inode, 10, out.inode))
        return std::nullopt;
    out.mapping.executable = rights[2] == 'x';
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    out.path = text;
    if (!out.path.starts_with('/')) return std::nullopt;
    return out;
}

/// The same file goes on: further up in it, or once more at the same place, as where a part was split by its rights.
bool continues(const MappedLibrary& library, const Line& line) {
    return library.inode == line.inode && library.device == line.device && line.mapping.offset > 0 &&
           line.mapping.offset >= library.parts.back().offset;
}

} // namespace

bool MappedLibrary::executable() const {
    return std::ranges::any_of(parts, &Mapping::executable);
}

std::vector<MappedLibrary> mapped_libraries(std::string_view maps) {
    std::vector<MappedLibrary> all;
    while (!maps.empty()) {
        const std::string_view text = maps.substr(0, maps.find('\n'));
        maps.remove_prefix(std::min(text.size() + 1, maps.size()));
        const auto line = line_of(text);
        if (!line) continue;
        if (all.empty() || !continues(all.back(), *line)) {
            const bool deleted = line->path.ends_with(deleted_mark);
            const std::string_view path = line->path.substr(0, line->path.size() - (deleted ? deleted_mark.size() : 0));
            all.push_back({unescaped(path), deleted, std::string(line->device), line->inode, {}});
        }
        all.back().parts.push_back(line->mapping);
    }
    std::erase_if(all, [](const MappedLibrary& library) { return !library.executable(); });
    return all;
}

} // namespace ddll::doctor
