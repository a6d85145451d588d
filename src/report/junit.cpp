#include "report/formats.h"
#include "report/text_parts.h"
#include "report/xml.h"

#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

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
    std::string out = fmt::format("    <testcase name=\"{}\" classname=\"{}\" file=\"{}\">\n", xml_attribute(title),
                                  xml_attribute(result.file), xml_attribute(result.file));
    if (verdict == Verdict::skipped) {
        out += fmt::format("      <skipped message=\"{}\"/>\n", xml_attribute(result.skipped_why));
    } else if (verdict != Verdict::passed) {
        // "failure": what was played did not hold. "error": it could not be played to its end.
        const char* element = verdict == Verdict::failed ? "failure" : "error";
        const std::string body = mistakes_text(result, look) + trouble_text(result, look) + death_text(result, look) +
                                 findings_text(result, look);
        out += fmt::format("      <{} type=\"{}\" message=\"{}\">{}</{}>\n", element, scenario::name(verdict),
                           xml_attribute(headline(result, options)), xml_text(body), element);
    }
    if (!result.output.empty()) out += fmt::format("      <system-out>{}</system-out>\n", xml_text(result.output));
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
