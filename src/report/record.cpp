#include "report/record.h"

#include "base/text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ddll::report {
namespace {

using Json = nlohmann::ordered_json;
using record::Coverage;
using record::Disagreement;
using record::Recorded;
using record::Recording;

constexpr std::size_t most_shown = 10;

bool agrees(const Recorded& recorded) {
    const bool passed = !recorded.run.scenario || recorded.run.verdict == scenario::Verdict::passed;
    return recorded.disagreements.empty() && recorded.not_replayed.empty() && passed && !recorded.lost_the_end;
}

std::string coverage_text(const Coverage& coverage) {
    std::string out = fmt::format("  callbacks of {}: {} of {}", coverage.driver, coverage.reached, coverage.all);
    if (!coverage.not_reached.empty()) out += fmt::format(", without {}", fmt::join(coverage.not_reached, ", "));
    return out + "\n";
}

std::string disagreement_text(const Disagreement& one) {
    return fmt::format("  step {} {}\n    {}\n      node {}\n      here {}\n", one.step + 1, one.call, one.what,
                       printable(one.node), printable(one.here));
}

/// Of the file as `run` plays it, where that is not all well.
std::string run_text(const Recorded& recorded) {
    std::string out;
    for (const scenario::Failure& failure : recorded.run.failures)
        out += fmt::format("  run: step {} {}: expected {}, got {}\n", failure.step + 1, failure.what,
                           printable(failure.expected), printable(failure.got));
    for (const scenario::RunFinding& finding : recorded.run.findings)
        out += fmt::format("  finding: {} ({})\n", finding.title, std::string(name(finding.rule)));
    if (recorded.run.death) out += fmt::format("  run: {}\n", recorded.run.death->headline);
    return out;
}

std::string scenario_text(const Recorded& recorded, const Style& style) {
    const std::string line = fmt::format("{} of {} agree", recorded.agree, counted(recorded.steps, "step"));
    std::string out =
        fmt::format("{}  {}\n", style.strong(recorded.file), agrees(recorded) ? style.good(line) : style.bad(line));
    for (const Coverage& coverage : recorded.coverage) out += coverage_text(coverage);
    for (std::size_t i = 0; i < std::min(recorded.disagreements.size(), most_shown); ++i)
        out += disagreement_text(recorded.disagreements[i]);
    if (recorded.disagreements.size() > most_shown)
        out += fmt::format("  and {} more\n", recorded.disagreements.size() - most_shown);
    for (const std::string& what : recorded.not_replayed) out += fmt::format("  not replayed: {}\n", printable(what));
    if (recorded.traces_itself)
        out += "  note: the program sets traces of its own. Before OTP 27 there is one tracer for a process: calls may "
               "be\n"
               "    missing here, and traces there\n";
    if (recorded.lost_the_end) out += "  the end is missing: there was no room on the disk\n";
    return out + run_text(recorded);
}

std::string command_text(const Recording& recording) {
    if (!recording.ended_by.empty()) return fmt::format("the command was ended by {}", recording.ended_by);
    return fmt::format("the command ended with exit status {}", recording.exit_status);
}

std::string summary_text(const Recording& recording) {
    std::uint64_t steps = 0, agree = 0;
    for (const Recorded& one : recording.scenarios) steps += one.steps, agree += one.agree;
    return fmt::format("{} recorded on {}: {} of {} agree; {}\n", counted(recording.scenarios.size(), "scenario"),
                       counted(recording.nodes, "node"), agree, counted(steps, "step"), command_text(recording));
}

Json scenario_value(const Recorded& recorded) {
    Json out = {
        {"file", recorded.file}, {"title", recorded.title}, {"steps", recorded.steps}, {"agree", recorded.agree}};
    out["differences"] = Json::array();
    for (const Disagreement& one : recorded.disagreements)
        out["differences"].push_back(
            {{"step", one.step + 1}, {"call", one.call}, {"what", one.what}, {"node", one.node}, {"here", one.here}});
    out["not_replayed"] = recorded.not_replayed;
    out["callbacks"] = Json::object();
    for (const Coverage& one : recorded.coverage)
        out["callbacks"][one.driver] = {{"reached", one.reached}, {"all", one.all}, {"not_reached", one.not_reached}};
    if (recorded.run.scenario) out["verdict"] = scenario::name(recorded.run.verdict);
    out["findings"] = Json::array();
    for (const scenario::RunFinding& finding : recorded.run.findings)
        out["findings"].push_back(std::string(name(finding.rule)));
    out["traces_itself"] = recorded.traces_itself;
    out["lost_the_end"] = recorded.lost_the_end;
    return out;
}

} // namespace

bool all_agree(const Recording& recording) {
    return std::ranges::all_of(recording.scenarios, agrees);
}

std::string recording_text(const Recording& recording, const Style& style) {
    std::string out;
    for (const Recorded& one : recording.scenarios) out += scenario_text(one, style);
    return out + summary_text(recording);
}

Json recording_value(const Recording& recording) {
    Json out = {{"version", 1}, {"exit_status", recording.exit_status}, {"nodes", recording.nodes}};
    if (!recording.ended_by.empty()) out["ended_by"] = recording.ended_by;
    out["scenarios"] = Json::array();
    for (const Recorded& one : recording.scenarios) out["scenarios"].push_back(scenario_value(one));
    return out;
}

} // namespace ddll::report
