#include "base/text.h"
#include "report/formats.h"
#include "report/text_parts.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

/// XML 1.0 has no way to write most control characters, not even as references: they become \xNN in words.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : printable(text, true)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    // Two code points that UTF-8 can carry and XML cannot.
    for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
        for (auto at = out.find(bad); at != std::string::npos; at = out.find(bad, at))
            out.replace(at, 3, "\xEF\xBF\xBD");
    return out;
}

/// In an attribute a reader would turn line ends into blanks.
std::string attribute(std::string_view text) {
    std::string out;
    for (const char c : escaped(text)) {
        if (c == '\n')
            out += "&#10;";
        else if (c == '\t')
            out += "&#9;";
        else
            out += c;
    }
    return out;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

/// What a CI server shows as the headline of a failing case.
std::string headline(const RunResult& result, const Options& options) {
    if (result.death && !result.death->expected) return result.death->headline;
    if (!result.failures.empty()) {
        const auto& f = result.failures.front();
        return first_line(fmt::format("{}: expected {}, got {}", f.what, f.expected, f.got));
    }
    if (!result.mistakes.empty()) return result.mistakes.front().message;
    for (const auto& finding : result.findings)
        if (counts(finding, options.fail_on)) return finding.rule + ": " + finding.title;
    return scenario::name(result.verdict);
}

std::string test_case(const RunResult& result, const Options& options) {
    const Look look{options, Style{false}};
    const Verdict verdict = judged(result, options.fail_on);
    const std::string title = result.title.empty() ? result.file : result.title;
    std::string out = fmt::format("    <testcase name=\"{}\" classname=\"{}\" file=\"{}\">\n", attribute(title),
                                  attribute(result.file), attribute(result.file));
    if (verdict == Verdict::skipped) {
        out += fmt::format("      <skipped message=\"{}\"/>\n", attribute(result.skipped_why));
    } else if (verdict != Verdict::passed) {
        // "failure": what was played did not hold. "error": it could not be played to its end.
        const char* element = verdict == Verdict::failed ? "failure" : "error";
        const std::string body = mistakes_text(result, look) + trouble_text(result, look) + death_text(result, look) +
                                 findings_text(result, look);
        out += fmt::format("      <{} type=\"{}\" message=\"{}\">{}</{}>\n", element, scenario::name(verdict),
                           attribute(headline(result, options)), escaped(body), element);
    }
    if (!result.output.empty()) out += fmt::format("      <system-out>{}</system-out>\n", escaped(result.output));
    return out + "    </testcase>\n";
}

} // namespace

std::string write_junit(const Run& run, const Options& options) {
    const Counts n = count(run, options.fail_on);
    const auto errors = n.crashed + n.hung + n.unusable + n.bugs;
    const std::string numbers = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
                                            run.results.size(), n.failed, errors, n.skipped);
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    out += fmt::format("<testsuites {}>\n  <testsuite name=\"ddlltool\" {}>\n", numbers, numbers);
    for (const auto& result : run.results) out += test_case(result, options);
    return out + "  </testsuite>\n</testsuites>\n";
}

} // namespace ddll::report
