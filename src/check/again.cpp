#include "check/again.h"

#include "check/verdict.h"

#include <fmt/format.h>

#include <algorithm>

namespace ddll::check {

namespace {

bool shows(CheckRun run, Rule rule) {
    CheckResult seen;
    seen.runs.push_back(std::move(run));
    const std::vector<CheckFinding> crashes = crashes_of(seen).findings;
    const auto& found = seen.runs.front().result.findings;
    return std::any_of(crashes.begin(), crashes.end(), [&](const CheckFinding& f) { return f.rule == rule; }) ||
           std::any_of(found.begin(), found.end(), [&](const scenario::RunFinding& f) { return f.rule == rule; });
}

} // namespace

bool Again::any_data_provokes(const CheckFinding& finding) {
    if (finding.rule == Rule::uninitialised_bytes_sent) return any_data_shows_unwritten();
    if (finding.rule == Rule::atoms_parsed_by_hand) return false; // only one shape has an atom
    std::vector<MadeScenario> again;                              // side by side: what hangs takes all its time
    for (unsigned shape = 1; shape < shapes; ++shape) {
        std::vector<MadeScenario> all;
        for (const Subject* subject : in_.subjects()) {
            Subject other = *subject;
            other.shape = shape;
            for (MadeScenario& one : scenarios_for(other, in_.request.strictness)) all.push_back(std::move(one));
            all.push_back(many_ports(other));
        }
        const auto same = std::find_if(all.begin(), all.end(),
                                       [&](const MadeScenario& made) { return made.title == finding.runs.front(); });
        if (same == all.end()) return false;
        again.push_back(std::move(*same));
    }
    std::vector<Ran> ran = player_.play(again);
    return ran.size() == again.size() &&
           std::all_of(ran.begin(), ran.end(), [&](Ran& one) { return shows(std::move(one.run), finding.rule); });
}

bool Again::any_data_shows_unwritten() {
    for (unsigned shape = 1; shape < shapes; ++shape) {
        Subject other = in_.own();
        other.shape = shape;
        const MadeScenario use = usual_use(other);
        if (!look_for_unwritten([&](std::uint8_t byte) { return play(use, {byte, {}}); }).found) return false;
    }
    return true;
}

void Again::look_closer(const MadeScenario& use) {
    if (in_.takes_long(in_.own().of))
        in_.out.not_looked_at.emplace_back(
            "whether it wrote all bytes that it sends: the driver's callbacks take too long for that");
    else
        take(look_for_unwritten([&](std::uint8_t byte) { return play(use, {byte, {}}); }), use.title, use.invents);
    if ((in_.own().callbacks & words::bit(words::Callback::call)) != 0 || !in_.subject.calls.empty())
        take(look_for_atoms([&](words::AtomTag atoms) { return play(use, {{}, atoms}); }), use.title, use.invents);
}

void Again::look_closer(const scenario::Scenario& workload, const std::string& title) {
    take(look_for_unwritten([&](std::uint8_t byte) { return player_.play(workload, {byte, {}}); }), title, false);
    take(look_for_atoms([&](words::AtomTag atoms) { return player_.play(workload, {{}, atoms}); }), title, false);
}

scenario::RunResult Again::play(const MadeScenario& one, Variation other) {
    std::vector<Ran> ran = player_.play({one}, other);
    return ran.empty() ? scenario::RunResult() : std::move(ran.front().run.result);
}

void Again::take(UnwrittenLook look, const std::string& title, bool invents) {
    if (!look.not_done.empty())
        in_.out.not_looked_at.push_back(
            fmt::format("whether it wrote all bytes that it sends ({}): {}", title, look.not_done));
    if (look.found)
        in_.gathered(Side::newer)
            .add(unwritten_finding(in_.subject.name, *look.found),
                 {"fresh-memory", title, std::move(look.example), invents, Side::newer});
}

void Again::take(AtomsLook look, const std::string& title, bool invents) {
    if (look.found)
        in_.gathered(Side::newer)
            .add(atoms_finding(in_.subject.name, *look.found),
                 {"atoms", title, std::move(look.example), invents, Side::newer});
}

} // namespace ddll::check
