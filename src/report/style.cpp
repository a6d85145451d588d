#include "report/style.h"

#include "base/text.h"

#include <fmt/format.h>

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
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        if (indent + line.size() <= width)
            out += std::string(indent, ' ') + std::string(line) + '\n';
        else
            out += wrapped(line, indent, width);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::string indented(std::string_view text, std::string_view prefix) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        out += prefix;
        out += text.substr(0, end);
        out += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

} // namespace ddll::report
