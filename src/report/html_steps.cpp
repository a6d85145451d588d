#include "base/text.h"
#include "report/html_parts.h"
#include "report/run_log.h"
#include "report/step_text.h"
#include "report/style.h"
#include "report/xml.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::report {
namespace {

using scenario::RunResult;
using scenario::StepResult;

constexpr std::size_t most_steps = 400, most_step_lines = 60, last_lines = 15;

std::string list_item(const Line& line) {
    return fmt::format("<li{}><b>{}</b><code>{}</code></li>", line.bad ? " class=\"is-bad\"" : "", xml_text(head(line)),
                       xml_text(body(line)));
}

std::string lines(const StepLog& step) {
    std::vector<const Line*> shown;
    for (const auto& line : step.lines)
        if (!line.minor) shown.push_back(&line);
    const bool flood = shown.size() > most_step_lines;
    std::string out;
    for (std::size_t i = 0; i < shown.size(); ++i) {
        if (flood && i == most_step_lines - last_lines)
            out += fmt::format("<li><b></b>... {} more lines</li>", shown.size() - most_step_lines + step.left_out);
        if (flood && i >= most_step_lines - last_lines && i + last_lines < shown.size()) continue;
        out += list_item(*shown[i]);
    }
    return out.empty() ? "" : "<ul>" + out + "</ul>";
}

const char* word(StepResult::State state) {
    constexpr const char* words[] = {"not reached", "held", "FAILED", "ended here"};
    return words[static_cast<std::size_t>(state)];
}

std::string aside(std::string_view text) {
    return fmt::format("<tr class=\"aside\"><td></td><td colspan=\"3\">{}</td></tr>\n", text);
}

/// Of a repeat the first round shows what happens; later ones only where they went wrong.
bool worth_showing(const RunResult& result, std::size_t i, std::size_t rows) {
    if (result.steps[i].state == StepResult::State::failed || result.steps[i].state == StepResult::State::died)
        return true;
    const auto& rounds = result.flat[i].rounds;
    return rows < most_steps && std::all_of(rounds.begin(), rounds.end(), [](std::uint32_t r) { return r == 1; });
}

} // namespace

std::string steps_html(const RunResult& result) {
    const RunLog log = run_log(result);
    const std::size_t all = std::min(result.flat.size(), result.steps.size());
    if (all == 0) return "";
    std::string body;
    std::size_t rows = 0, left_out = 0;
    const auto say_left_out = [&] {
        if (left_out > 0)
            body += aside(
                fmt::format("{} of later rounds, or of a long story, left out here", counted(left_out, "more step")));
        left_out = 0;
    };
    for (std::size_t i = 0; i < all; ++i) {
        if (!worth_showing(result, i, rows)) {
            ++left_out;
            continue;
        }
        say_left_out();
        ++rows;
        const auto& flat = result.flat[i];
        const auto words = step_text(*flat.step);
        if (!flat.step->note.empty()) body += aside(xml_text(flat.step->note));
        if (words.who.empty()) continue;
        body += fmt::format("<tr class=\"{}\"><td>{}</td><td>{}</td><td><code>{}</code>{}</td><td>{}</td></tr>\n",
                            state_name(result.steps[i].state), xml_text(step_number(flat)), xml_text(words.who),
                            xml_text(words.what), i < log.steps.size() ? lines(log.steps[i]) : "",
                            word(result.steps[i].state));
    }
    say_left_out();
    return "<details class=\"steps\" open><summary>Steps</summary>\n<table><thead><tr><th scope=\"col\">step</th>"
           "<th scope=\"col\">who</th><th scope=\"col\">what, and what happened</th><th scope=\"col\">result</th></tr>"
           "</thead>\n<tbody>\n" +
           body + "</tbody></table></details>\n";
}

} // namespace ddll::report
