#include "report/style.h"

#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::report {

std::string Style::paint(std::string_view code, std::string_view text) const {
    return color && !text.empty() ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
}

std::string printable(std::string_view bytes, bool lines) {
    std::string out;
    while (!bytes.empty()) {
        const char first = bytes.front();
        std::string_view rest = bytes;
        const auto c = take_utf8(rest);
        const bool kept_control = lines && (first == '\n' || first == '\t');
        // C1 controls steer terminals just as C0 ones do.
        if (c && ((*c >= 0x20 && *c < 0x7F) || *c >= 0xA0 || kept_control)) {
            out += bytes.substr(0, bytes.size() - rest.size());
            bytes = rest;
        } else {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(first));
            bytes.remove_prefix(1);
        }
    }
    return out;
}

std::string escaped(std::string_view text, std::initializer_list<std::pair<char, std::string_view>> escapes) {
    std::string out;
    for (const char c : text) {
        const auto* escape = std::find_if(escapes.begin(), escapes.end(), [c](const auto& e) { return e.first == c; });
        if (escape == escapes.end())
            out += c;
        else
            out += escape->second;
    }
    return out;
}

std::string wrapped(std::string_view text, std::size_t indent, std::size_t width) {
    std::string out, line;
    const auto flush = [&] {
        if (!line.empty()) out += std::string(indent, ' ') + line + '\n';
        line.clear();
    };
    while (!text.empty()) {
        const auto start = text.find_first_not_of(" \n");
        if (start == std::string_view::npos) break;
        text.remove_prefix(start);
        const auto end = std::min(text.find_first_of(" \n"), text.size());
        const std::string_view word = text.substr(0, end);
        if (!line.empty() && indent + line.size() + 1 + word.size() > width) flush();
        if (!line.empty()) line += ' ';
        line += word;
        text.remove_prefix(end);
    }
    flush();
    return out;
}

std::string wrapped_lines(std::string_view text, std::size_t indent, std::size_t width) {
    std::string out;
    for (const std::string_view line : lines_of(text))
        out += indent + line.size() <= width ? std::string(indent, ' ') + std::string(line) + '\n'
                                             : wrapped(line, indent, width);
    return out;
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

std::size_t columns(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::count_if(utf8.begin(), utf8.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

std::string indented(std::string_view text, std::string_view prefix) {
    std::string out;
    for (const std::string_view line : lines_of(text)) out += fmt::format("{}{}\n", prefix, line);
    return out;
}

} // namespace ddll::report
