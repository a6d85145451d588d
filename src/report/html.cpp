// One file for browsers: everything that can be read stands in it as elements; its script draws the timelines.
#include "report/formats.h"
#include "report/html_parts.h"
#include "report/xml.h"

#include <embedded/report.h>
#include <fmt/format.h>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::Verdict;

std::string head(const std::string& summary) {
    return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
           "script-src 'unsafe-inline'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
           "<meta name=\"color-scheme\" content=\"light dark\">\n" +
           fmt::format("<title>ddlltool: {}</title>\n<style>\n{}{}</style>\n</head>\n", xml_text(summary),
                       embedded::page_css(), embedded::timeline_css());
}

std::string counts_html(const Run& run, const Options& options) {
    const Counts n = count(run, options.fail_on);
    std::string out;
    const auto add = [&](std::uint32_t many, std::string_view kind, std::string_view word, bool always = false) {
        if (many > 0 || always)
            out +=
                fmt::format("<li><span class=\"badge {}\">{} {}</span></li>\n", many > 0 ? kind : "none", many, word);
    };
    add(n.passed, "passed", "passed", true);
    add(n.failed, "failed", "failed", true);
    add(n.crashed, "crashed", "crashed");
    add(n.hung, "hung", "hung");
    add(n.unusable, "unusable", "unusable");
    add(n.bugs, "bugs", n.bugs == 1 ? "bug of ddlltool" : "bugs of ddlltool");
    add(n.skipped, "skipped", "skipped");
    if (run.interrupted) out += "<li><span class=\"badge warning\">interrupted</span></li>\n";
    return "<ul class=\"counts\" aria-label=\"scenarios by verdict\">\n" + out + "</ul>\n";
}

std::string top(const Run& run, const Options& options) {
    return "<header class=\"top\">\n<h1>ddlltool report</h1>\n" + counts_html(run, options) +
           "<div class=\"tools\" hidden>\n"
           "<label for=\"filter\">Filter</label>\n"
           "<input type=\"search\" id=\"filter\" placeholder=\"title, file, verdict, rule\" autocomplete=\"off\">\n"
           "<span id=\"shown\" role=\"status\" aria-live=\"polite\" class=\"note\"></span>\n"
           "<button type=\"button\" id=\"help-button\">Keys <kbd>?</kbd></button>\n</div>\n</header>\n";
}

std::string part(std::string_view title, const std::string& body) {
    return body.empty() ? "" : fmt::format("<section>\n<h3>{}</h3>\n{}</section>\n", title, body);
}

std::string notes(const RunResult& result) {
    std::string out;
    if (!result.reproducible)
        out += "<p class=\"note\">Real time or threads on their own had a part in this run; another run may "
               "differ.</p>\n";
    if (result.journal && result.journal->lost() > 0)
        out += fmt::format("<p class=\"note\">The journal was full; {} later events are not in this report.</p>\n",
                           result.journal->lost());
    return out;
}

/// What the filter looks through.
std::string words(const RunResult& result, Verdict verdict) {
    std::string out = fmt::format("{} {} {}", scenario::name(verdict), result.title, result.file);
    if (result.scenario)
        for (const auto& tag : result.scenario->tags) out += ' ' + tag;
    for (const auto& finding : result.findings) out.append(1, ' ').append(name(finding.rule));
    return out;
}

std::string scenario_html(const RunResult& result, const Options& options, std::size_t number, bool open) {
    const Verdict verdict = verdict_of(result, options.fail_on);
    const char* word = scenario::name(verdict);
    const std::string title = xml_text(result.title.empty() ? result.file : result.title);
    std::string out =
        fmt::format("<details class=\"scenario\" id=\"scenario-{}\" data-verdict=\"{}\" data-words=\"{}\"{}>\n", number,
                    word, xml_text(words(result, verdict)), open ? " open" : "");
    out += fmt::format("<summary><span class=\"badge {}\">{}</span><h2>{}</h2><span class=\"file mono\">{}</span>",
                       word, word, title, xml_text(result.file));
    const std::string why = headline(result, options.fail_on);
    if (!why.empty() && why != word) out += fmt::format("<span class=\"why\">{}</span>", xml_text(why));
    out += "</summary>\n<div class=\"inside\">\n";
    out += description_html(result);
    if (verdict == Verdict::bug && !result.death) out += "<p>This is a bug in ddlltool, not in the driver.</p>\n";
    out += part(is_bad(verdict) ? "What went wrong" : "How it ended",
                mistakes_html(result) + failures_html(result) + death_html(result));
    out += part("Findings", findings_html(result, options));
    out += notes(result);
    const std::string data = timeline_data(result, options);
    if (!data.empty())
        out += fmt::format("<div class=\"timeline\" data-from=\"data-{}\" hidden></div>\n"
                           "<script type=\"application/json\" id=\"data-{}\">{}</script>\n",
                           number, number, data);
    return out + steps_html(result) + output_html(result) + "</div>\n</details>\n";
}

constexpr std::string_view keys = R"(<dialog id="help" aria-labelledby="help-title">
<h2 id="help-title">Keys</h2>
<table><tbody>
<tr><td><kbd>j</kbd> <kbd>k</kbd> or arrows</td><td>next and previous event of the timeline</td></tr>
<tr><td><kbd>J</kbd> <kbd>K</kbd></td><td>next and previous step</td></tr>
<tr><td><kbd>n</kbd> <kbd>N</kbd></td><td>next and previous event that deserves attention</td></tr>
<tr><td><kbd>Home</kbd> <kbd>End</kbd> <kbd>Page</kbd></td><td>further away</td></tr>
<tr><td><kbd>Enter</kbd></td><td>open the event: everything that is known of it</td></tr>
<tr><td><kbd>Esc</kbd></td><td>close it again</td></tr>
<tr><td><kbd>/</kbd></td><td>filter the scenarios</td></tr>
<tr><td><kbd>?</kbd></td><td>this list</td></tr>
</tbody></table>
<form method="dialog"><button>Close</button></form>
</dialog>
)";

} // namespace

std::string write_html(const Run& run, const Options& options) {
    std::string out = head(summary_line(run, options.fail_on));
    out += "<body>\n<a class=\"skip\" href=\"#scenarios\">Skip to the scenarios</a>\n" + top(run, options);
    out += "<main id=\"scenarios\">\n<noscript><p class=\"note\">Timelines need JavaScript; everything else is here "
           "without it.</p></noscript>\n<p class=\"nothing\" id=\"nothing\" hidden>No scenario has these words.</p>\n";
    // One is open on arrival: the first that went wrong, or the only one.
    std::size_t open = run.results.size() == 1 ? 0 : run.results.size();
    for (std::size_t i = 0; i < run.results.size() && open == run.results.size(); ++i)
        if (is_bad(verdict_of(run.results[i], options.fail_on))) open = i;
    for (std::size_t i = 0; i < run.results.size(); ++i)
        out += scenario_html(run.results[i], options, i + 1, i == open);
    if (run.results.empty()) out += "<p class=\"nothing\">Nothing was played.</p>\n";
    out += "</main>\n" + std::string(keys);
    // None of it contains what would end a script element.
    return out + fmt::format("<script>\n{}{}{}{}</script>\n</body>\n</html>\n", embedded::drawing_js(),
                             embedded::details_js(), embedded::timeline_js(), embedded::page_js());
}

} // namespace ddll::report
