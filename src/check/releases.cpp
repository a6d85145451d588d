// One check for each release, and what differs.
#include "check/check.h"
#include "check/verdict.h"

#include <algorithm>

namespace ddll::check {

namespace {

bool same(const CheckFinding& one, const CheckFinding& other) {
    return one.rule == other.rule && one.of == other.of && one.way == other.way;
}

/// The findings of all, each with the releases that show it where those are not all.
void join(CheckResult& into, std::vector<CheckResult>& others) {
    std::vector<std::vector<words::Release>> shown(into.findings.size(), {into.release});
    for (CheckResult& other : others)
        for (CheckFinding& finding : other.findings) {
            const auto known = std::find_if(into.findings.begin(), into.findings.end(),
                                            [&](const CheckFinding& one) { return same(one, finding); });
            if (known != into.findings.end()) {
                auto& releases = shown[static_cast<std::size_t>(known - into.findings.begin())];
                if (releases.front() != other.release) releases.insert(releases.begin(), other.release);
                continue;
            }
            shown.push_back({other.release});
            if (finding.suppressed != nullptr) // all of them have the same list
                finding.suppressed =
                    &into.suppressions[static_cast<std::size_t>(finding.suppressed - other.suppressions.data())];
            into.findings.push_back(std::move(finding));
        }
    for (std::size_t i = 0; i < shown.size(); ++i)
        if (shown[i].size() <= others.size()) {
            std::ranges::sort(shown[i]);
            into.findings[i].releases = std::move(shown[i]);
        }
    std::stable_sort(into.findings.begin(), into.findings.end(), [](const CheckFinding& a, const CheckFinding& b) {
        return a.severity != b.severity ? a.severity > b.severity : a.rule < b.rule;
    });
}

/// Of runs that all of them have.
void compare_answers(CheckResult& into, const std::vector<CheckResult>& others) {
    for (const CheckRun& run : into.runs) {
        std::vector<std::vector<CallAnswer>> all; // oldest first
        for (const CheckResult& other : others) {
            const auto found = std::find_if(other.runs.begin(), other.runs.end(), [&](const CheckRun& one) {
                return one.id == run.id && one.title == run.title && one.of == run.of;
            });
            if (found != other.runs.end()) all.push_back(answers_of(found->result));
        }
        if (all.size() != others.size()) continue;
        all.push_back(answers_of(run.result));
        for (std::size_t at = 0; at < all.back().size(); ++at) {
            const std::string& call = all.back()[at].call;
            ReleaseAnswers line{run.title, call, {}};
            for (const auto& answers : all)
                line.answers.push_back(at < answers.size() && answers[at].call == call ? answers[at].answer
                                                                                       : "nothing");
            const bool alike = std::all_of(line.answers.begin(), line.answers.end(),
                                           [&](const std::string& answer) { return answer == line.answers.front(); });
            const bool known =
                std::any_of(into.across.answers.begin(), into.across.answers.end(), [&](const ReleaseAnswers& one) {
                    return one.call == line.call && one.answers == line.answers;
                });
            if (!alike && !known) into.across.answers.push_back(std::move(line));
        }
    }
}

void add_new(std::vector<std::string>& into, const std::vector<std::string>& more) {
    for (const std::string& text : more)
        if (std::find(into.begin(), into.end(), text) == into.end()) into.push_back(text);
}

} // namespace

Result<CheckResult> check_releases(const Request& request, std::span<const findings::StaticWorld> worlds) {
    std::vector<CheckResult> all;
    for (const findings::StaticWorld& world : worlds) {
        Request one = request;
        one.release = world.release;
        auto checked = check_driver(one, world);
        if (!checked) return std::move(checked).error();
        all.push_back(*std::move(checked));
        if (all.back().interrupted) break;
    }
    CheckResult out = std::move(all.back());
    all.pop_back();
    if (worlds.size() == 1) return out;
    const auto verdict_of = [](const CheckResult& checked) {
        return ReleaseVerdict{checked.release, checked.verdict,
                              checked.reasons.empty() ? std::string() : checked.reasons.front().text};
    };
    for (const CheckResult& one : all) out.across.releases.push_back(verdict_of(one));
    out.across.releases.push_back(verdict_of(out));
    compare_answers(out, all);
    join(out, all);
    for (const CheckResult& one : all) {
        for (std::size_t i = 0; i < one.suppressions.size(); ++i)
            out.suppressions[i].used = out.suppressions[i].used || one.suppressions[i].used;
        for (const Reason& reason : one.reasons)
            if (std::none_of(out.reasons.begin(), out.reasons.end(), [&](const Reason& known) {
                    return known.ground == reason.ground && known.text == reason.text;
                }))
                out.reasons.push_back(reason);
        add_new(out.not_looked_at, one.not_looked_at);
    }
    sort_reasons(out.reasons);
    if (!out.reasons.empty()) out.verdict = row(out.reasons.front().ground).verdict;
    return out;
}

} // namespace ddll::check
