#include "report/formats.h"
#include "report/text_parts.h"
#include "report/xml.h"

#include <fmt/format.h>

#include <map>
#include <utility>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

/// `name` is unique among the cases of its file: servers tell cases apart by it.
std::string test_case(const RunResult& result, const std::string& name, const Options& options) {
    const Look look{options, Style{false}};
    const Verdict verdict = verdict_of(result, options.fail_on);
    std::string out = fmt::format("    <testcase name=\"{}\" classname=\"{}\" file=\"{}\">\n", xml_attribute(name),
                                  xml_attribute(result.file), xml_attribute(result.file));
    if (verdict == Verdict::skipped) {
        out += fmt::format("      <skipped message=\"{}\"/>\n", xml_attribute(result.skipped.why));
    } else if (verdict != Verdict::passed) {
        // "failure": the scenario failed. "error": it could not be run to its end.
        const char* element = verdict == Verdict::failed ? "failure" : "error";
        const std::string body = mistakes_text(result, look) + trouble_text(result, look) + death_text(result, look) +
                                 findings_text(result, look);
        out += fmt::format("      <{} type=\"{}\" message=\"{}\">{}</{}>\n", element, scenario::name(verdict),
                           xml_attribute(headline(result, options.fail_on)), xml_text(body), element);
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
    std::map<std::pair<std::string, std::string>, unsigned> used;
    for (const auto& result : run.results) {
        const std::string title = result.title.empty() ? result.file : result.title;
        const unsigned times = ++used[{result.file, title}];
        out += test_case(result, times > 1 ? fmt::format("{} ({})", title, times) : title, options);
    }
    return out + "  </testsuite>\n</testsuites>\n";
}

} // namespace ddll::report
