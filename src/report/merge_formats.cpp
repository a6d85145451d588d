/// What a merged report looks like: JSON again, and out of it the short text and JUnit XML.
#include "report/merge.h"
#include "report/report.h"
#include "report/xml.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ddll::report {

using Json = nlohmann::ordered_json;
using scenario::Verdict;

namespace {

/// Parts come from files: any key may be missing, or be something else.
std::string text_at(const Json& object, const char* key) {
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const Json& list_at(const Json& object, const char* key) {
    static const Json nothing = Json::array();
    const auto found = object.find(key);
    return found != object.end() && found->is_array() ? *found : nothing;
}

bool expected(const Json& finding) {
    return finding.is_object() && finding.contains("expected") && finding.at("expected") == true;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

std::string line_of_failure(const Json& failure) {
    return fmt::format("{}: expected {}, got {}", text_at(failure, "what"), text_at(failure, "expected"),
                       text_at(failure, "got"));
}

const Json* unexpected_death(const Json& scenario) {
    const auto death = scenario.find("death");
    return death != scenario.end() && death->is_object() && !expected(*death) ? &*death : nullptr;
}

std::string place_of(const Json& mistake) {
    const auto place = mistake.is_object() ? mistake.find("place") : mistake.end();
    if (!mistake.is_object() || place == mistake.end() || !place->is_object()) return {};
    const auto line = place->find("line");
    std::string out = text_at(*place, "file");
    if (line != place->end() && line->is_number_unsigned()) out += fmt::format(":{}", line->get<std::uint64_t>());
    return out.empty() ? out : out + ": ";
}

/// The troubles of a scenario that did not pass, one a line, the one that matters most first.
std::vector<std::string> troubles(const Json& scenario) {
    std::vector<std::string> out;
    if (const Json* death = unexpected_death(scenario)) out.push_back(text_at(*death, "headline"));
    for (const Json& failure : list_at(scenario, "failures")) out.push_back(line_of_failure(failure));
    for (const Json& mistake : list_at(scenario, "mistakes"))
        out.push_back(place_of(mistake) + text_at(mistake, "message"));
    for (const Json& finding : list_at(scenario, "findings"))
        if (!expected(finding))
            out.push_back(fmt::format("{}: {}", text_at(finding, "rule"), text_at(finding, "title")));
    if (const std::string why = text_at(scenario, "skipped_why"); !why.empty()) out.push_back(why);
    return out;
}

/// All that the part says of it, for reading in a CI server.
std::string details(const Json& scenario) {
    std::string out;
    for (const std::string& trouble : troubles(scenario)) out += trouble + '\n';
    for (const char* key : {"failures", "mistakes", "findings"})
        for (const Json& item : list_at(scenario, key))
            for (const char* word : {"help", "hint", "evidence", "advice"})
                if (const std::string text = text_at(item, word); !text.empty() && !expected(item)) out += text + '\n';
    if (const Json* death = unexpected_death(scenario))
        for (const char* word : {"advice", "output"})
            if (const std::string text = text_at(*death, word); !text.empty()) out += text + '\n';
    return out;
}

Run run_counts(const std::vector<Verdict>& verdicts, const Json& document) {
    Run run;
    for (const Verdict verdict : verdicts) run.results.emplace_back().verdict = verdict;
    run.interrupted = document.at("interrupted") == true;
    return run;
}

std::string test_case(const Json& scenario, Verdict verdict) {
    const std::string file = text_at(scenario, "file");
    const std::string title = text_at(scenario, "title");
    std::string out =
        fmt::format("    <testcase name=\"{}\" classname=\"{}\" file=\"{}\">\n",
                    xml_attribute(title.empty() ? file : title), xml_attribute(file), xml_attribute(file));
    const auto all = troubles(scenario);
    const std::string headline = all.empty() ? text_at(scenario, "verdict") : first_line(all.front());
    if (verdict == Verdict::skipped) {
        out += fmt::format("      <skipped message=\"{}\"/>\n", xml_attribute(headline));
    } else if (verdict != Verdict::passed) {
        const char* element = verdict == Verdict::failed ? "failure" : "error";
        out += fmt::format("      <{} type=\"{}\" message=\"{}\">{}</{}>\n", element, scenario::name(verdict),
                           xml_attribute(headline), xml_text(details(scenario)), element);
    }
    if (const std::string output = text_at(scenario, "output"); !output.empty())
        out += fmt::format("      <system-out>{}</system-out>\n", xml_text(output));
    return out + "    </testcase>\n";
}

} // namespace

std::string MergedReport::json() const {
    return document_.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string MergedReport::summary_line() const {
    return report::summary_line(run_counts(verdicts(), document_), FailOn::never);
}

std::string MergedReport::junit() const {
    const auto all = verdicts();
    const Counts n = count(run_counts(all, document_), FailOn::never);
    const std::string numbers = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"", all.size(),
                                            n.failed, n.crashed + n.hung + n.unusable + n.bugs, n.skipped);
    std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    out += fmt::format("<testsuites {}>\n  <testsuite name=\"ddlltool\" {}>\n", numbers, numbers);
    std::size_t i = 0;
    for (const Json& scenario : document_.at("scenarios")) out += test_case(scenario, all[i++]);
    return out + "  </testsuite>\n</testsuites>\n";
}

std::string MergedReport::text(const Style& style) const {
    std::string out;
    const auto all = verdicts();
    std::size_t i = 0;
    for (const Json& scenario : document_.at("scenarios")) {
        const Verdict verdict = all[i++];
        if (verdict == Verdict::passed) continue;
        const std::string word = fmt::format("{:<8}", scenario::name(verdict));
        out += fmt::format("{}  {}  {}\n", verdict == Verdict::skipped ? style.dim(word) : style.bad(word),
                           printable(text_at(scenario, "file")), printable(text_at(scenario, "title")));
        for (const std::string& trouble : troubles(scenario))
            out += fmt::format("          {}\n", printable(first_line(trouble)));
    }
    return out + summary_line() + '\n';
}

} // namespace ddll::report
