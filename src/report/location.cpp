#include "report/location.h"

#include "report/step_text.h"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

namespace ddll::report {

std::string below(const std::string& path, const std::string& root) {
    const std::string plain = std::filesystem::path(path).lexically_normal().string();
    if (!plain.starts_with('/')) return plain.starts_with("../") ? "" : plain;
    if (root.empty() || !plain.starts_with(root)) return "";
    if (root.ends_with('/')) return plain.substr(root.size());
    return plain.size() > root.size() && plain[root.size()] == '/' ? plain.substr(root.size() + 1) : "";
}

Location relative(Location location, const std::string& root) {
    if (std::string file = below(location.file, root); !file.empty()) location.file = std::move(file);
    return location;
}

Location source_of(const std::vector<scenario::StackFrame>& stack, const std::string& root) {
    for (const auto& frame : stack) {
        const auto colon = frame.source.rfind(':');
        if (frame.path.empty() || colon == std::string::npos) continue;
        std::string file = below(frame.path, root);
        if (!file.empty()) return {std::move(file), std::atoi(frame.source.c_str() + colon + 1)};
    }
    return {};
}

Location step_location(const scenario::RunResult& result, std::uint32_t step) {
    if (step >= result.flat.size()) return {result.file, 0};
    const Place& place = result.flat[step].step->place;
    return {place.file.empty() ? result.file : place.file, place.line};
}

Location location_of(const scenario::RunResult& result, const scenario::RunFinding& finding, const Options& options) {
    const Location source = source_of(finding.stack, options.root);
    return source.file.empty() ? step_location(result, finding.step) : source;
}

Location location_of(const scenario::RunResult& result, const scenario::Death& death, const Options& options) {
    const Location source = source_of(death.stack, options.root);
    return source.file.empty() ? step_location(result, death.in.step) : source;
}

std::string step_words(const scenario::RunResult& result, std::uint32_t step) {
    if (step >= result.flat.size()) return "";
    const auto words = step_text(*result.flat[step].step);
    std::string out = "step " + step_number(result.flat[step]);
    if (!words.what.empty()) out += fmt::format(": {}  {}", words.who, words.what);
    return out;
}

} // namespace ddll::report
