#include "report/formats.h"

#include <array>

namespace ddll::report {

std::span<const Format> formats() {
    static constexpr std::array<Format, 3> table = {{
        {"text", "for people: the story step by step, failures with the difference marked, findings, a summary line",
         write_text},
        {"json", "for programs: everything in one versioned object, described in docs/report.md", write_json},
        {"junit", "for CI servers: one test case for each scenario", write_junit},
    }};
    return table;
}

const Format* format_named(std::string_view name) {
    for (const auto& format : formats())
        if (format.name == name) return &format;
    return nullptr;
}

} // namespace ddll::report
