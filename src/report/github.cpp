#include "report/github.h"

#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

std::string escaped(std::string_view text, bool property) {
    std::string out;
    for (const char c : printable(text, true)) {
        if (c == '%')
            out += "%25";
        else if (c == '\n')
            out += "%0A";
        else if (property && c == ':')
            out += "%3A";
        else if (property && c == ',')
            out += "%2C";
        else
            out += c;
    }
    return out;
}

} // namespace

std::string annotation_level(std::string_view severity) {
    return severity == "error" || severity == "warning" ? std::string(severity) : "notice";
}

std::string workflow_command(const Annotation& annotation) {
    std::string properties;
    const auto add = [&](std::string_view name, const std::string& value) {
        if (!value.empty()) properties += fmt::format("{}{}={}", properties.empty() ? "" : ",", name, value);
    };
    add("file", escaped(annotation.file, true));
    if (annotation.line > 0) add("line", fmt::format("{}", annotation.line));
    add("title", escaped(annotation.title, true));
    return fmt::format("::{} {}::{}\n", annotation.level, properties, escaped(annotation.text, false));
}

} // namespace ddll::report
