#include "scenario/scenario.h"

#include <algorithm>

namespace ddll::scenario {

namespace {

struct Flattener {
    std::vector<FlatStep> flat = {};
    std::vector<const ScenarioStep*> repeats = {};
    std::vector<std::uint32_t> rounds = {};

    // Each round of a repeat numbers its steps as the first one did.
    void walk(const std::vector<ScenarioStep>& steps, std::uint32_t& number) {
        for (const ScenarioStep& step : steps) {
            ++number;
            const auto* repeat = std::get_if<RepeatStep>(&step.what);
            if (repeat == nullptr) {
                flat.push_back({&step, repeats, rounds, number});
                continue;
            }
            const std::uint32_t first = number;
            repeats.push_back(&step);
            rounds.push_back(0);
            for (std::uint32_t round = 0; round < repeat->times; ++round) {
                ++rounds.back();
                number = first;
                walk(repeat->steps, number);
            }
            repeats.pop_back();
            rounds.pop_back();
        }
    }
};

} // namespace

const std::string& Scenario::folder_of(const InstallStep& step) const {
    const std::string* folder = &step.into;
    for (const PathDecl& path : paths)
        if (path.variable == step.into) folder = &path.folder;
    return *folder;
}

const DriverFile* Scenario::file_of(const InstallStep& step) const {
    const DriverFile* found = nullptr;
    for (const DriverDecl& driver : drivers)
        for (const DriverFile& one : driver.versions)
            if (driver.name == step.driver && one.version == step.version) found = &one;
    return found;
}

std::optional<words::Release> Scenario::release(std::optional<words::Release> wanted) const {
    if (!wanted) return releases.empty() ? words::newest_release : releases.back();
    if (!releases.empty() && std::ranges::find(releases, *wanted) == releases.end()) return std::nullopt;
    return wanted;
}

std::string Scenario::whose() const {
    std::string out = "it is for OTP ";
    for (std::size_t i = 0; i < releases.size(); ++i) {
        if (i > 0) out += i + 1 == releases.size() ? " and " : ", ";
        out += words::name(releases[i]);
    }
    return out;
}

std::vector<FlatStep> flatten(const Scenario& scenario) {
    Flattener flattener;
    std::uint32_t number = 0;
    flattener.walk(scenario.steps, number);
    return std::move(flattener.flat);
}

} // namespace ddll::scenario
