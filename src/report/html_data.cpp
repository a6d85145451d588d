#include "report/html_parts.h"
#include "report/location.h"
#include "report/step_text.h"
#include "report/style.h"
#include "report/timeline.h"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

namespace ddll::report {
namespace {

using PlainJson = nlohmann::json;

/// Browsers stay quick, and nobody reads more.
constexpr std::uint64_t most_entries = 60'000;
constexpr std::size_t most_bytes = 4'000;

std::string shown(std::string_view text) {
    if (text.size() <= most_bytes) return printable(text, true);
    std::size_t end = most_bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return printable(text.substr(0, end), true) + " ...";
}

/// -1 for nobody.
std::int64_t number(std::uint32_t index) {
    return index == nobody ? -1 : static_cast<std::int64_t>(index);
}

/// Those that a moment refers to, by their index.
PlainJson steps(const scenario::RunResult& result, const Timeline& timeline) {
    std::set<std::uint32_t> used;
    for (const auto& moment : timeline.moments) used.insert(moment.step);
    PlainJson out = PlainJson::object();
    for (const auto i : used) {
        if (i >= result.flat.size() || i >= result.steps.size()) continue;
        const auto words = step_text(*result.flat[i].step);
        out[std::to_string(i)] = PlainJson::array({step_number(result.flat[i]), shown(words.who), shown(words.what),
                                                   shown(result.flat[i].step->note), state_name(result.steps[i].state),
                                                   place_text(result.flat[i].step->place)});
    }
    return out;
}

std::string safe(const PlainJson& json) {
    return escaped(json.dump(-1, ' ', true, PlainJson::error_handler_t::replace),
                   {{'<', "\\u003c"}, {'>', "\\u003e"}, {'&', "\\u0026"}});
}

} // namespace

std::string timeline_data(const scenario::RunResult& result, const Options& options) {
    const Timeline timeline = timeline_of(result, most_entries);
    if (timeline.moments.empty()) return "";
    PlainJson lanes = PlainJson::array(), words = PlainJson::array(), moments = PlainJson::array(),
              spans = PlainJson::array();
    for (const auto& lane : timeline.lanes) lanes.push_back({name(lane.kind), shown(lane.name)});
    std::map<LineKind, std::size_t> known;
    // What is to be seen first: where it failed, or at least what deserves attention.
    const bool wrong = is_bad(verdict_of(result, options.fail_on));
    std::int64_t focus = -1;
    int focus_worth = 0;
    for (const auto& m : timeline.moments) {
        const auto [word, fresh] = known.try_emplace(m.kind, words.size());
        if (fresh) words.push_back(name(m.kind));
        const bool end = m.kind == LineKind::trouble || m.kind == LineKind::died;
        const int worth = !m.bad || m.kind == LineKind::step ? 0 : end ? 2 : 1;
        if (wrong && worth > focus_worth) {
            focus = static_cast<std::int64_t>(moments.size());
            focus_worth = worth;
        }
        moments.push_back({word->second, number(m.lane), number(m.from), number(m.step), m.time_ns, shown(m.text),
                           int{m.bad} + 2 * int{m.minor}, m.seq});
    }
    for (const auto& span : timeline.spans)
        spans.push_back({name(span.kind), number(span.lane), span.first, span.last, shown(span.word), shown(span.text),
                         int{span.ended} + 2 * int{span.bad}, span.depth});
    PlainJson failures = PlainJson::array(), findings = PlainJson::array();
    for (const auto& f : result.failures)
        failures.push_back({number(f.step), shown(f.what), shown(f.expected), shown(f.got), shown(f.help)});
    for (const auto& f : result.findings)
        findings.push_back(
            {number(f.step), name(f.rule), name(f.severity), shown(f.title), shown(f.evidence), shown(fix_of(f))});
    return safe({{"lanes", std::move(lanes)},
                 {"words", std::move(words)},
                 {"moments", std::move(moments)},
                 {"spans", std::move(spans)},
                 {"steps", steps(result, timeline)},
                 {"failures", std::move(failures)},
                 {"findings", std::move(findings)},
                 {"focus", focus}});
}

} // namespace ddll::report
