#include "report/github.h"

#include "report/style.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

std::string value_of(std::string_view text) {
    return escaped(printable(text, true), {{'%', "%25"}, {'\n', "%0A"}});
}

std::string property_of(std::string_view text) {
    return escaped(value_of(text), {{':', "%3A"}, {',', "%2C"}});
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
    add("file", property_of(annotation.place.file));
    if (annotation.place.line > 0) add("line", fmt::format("{}", annotation.place.line));
    add("title", property_of(annotation.title));
    return fmt::format("::{} {}::{}\n", annotation.level, properties, value_of(annotation.text));
}

} // namespace ddll::report
