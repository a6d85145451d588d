#include "report/formats.h"

#include <array>

namespace ddll::report {

std::span<const Format> formats() {
    static constexpr std::array<Format, 9> table = {{
        {"text", "for people: the story step by step, failures with the difference marked, findings, a summary line",
         write_text},
        {"json", "for programs: everything in one versioned object, described in docs/report.md", write_json},
        {"html", "for people: one file with a timeline of every scenario, for browsers; it needs no network",
         write_html},
        {"junit", "for CI servers: one test case for each scenario", write_junit},
        {"tap", "for test harnesses: the Test Anything Protocol, version 14", write_tap},
        {"sarif", "for code scanners: findings, failures and crashes at their places, SARIF 2.1.0", write_sarif},
        {"github", "for GitHub Actions: annotations, and a job summary where GITHUB_STEP_SUMMARY names a file",
         write_github},
        {"trace", "for ui.perfetto.dev or chrome://tracing: the timeline as trace events", write_trace},
        {"term", "for Erlang: one term that file:consult/1 reads", write_term},
    }};
    return table;
}

const Format* format_named(std::string_view name) {
    for (const auto& format : formats())
        if (format.name == name) return &format;
    return nullptr;
}

} // namespace ddll::report
