#include "session/session_scenario.h"

#include <algorithm>

namespace ddll::session {

SessionScenario::SessionScenario(std::optional<words::Release> release) {
    if (release) scenario_.releases.push_back(*release);
    scenario_.file = "session";
    scenario_.title = "a session";
}

bool SessionScenario::has_process(const std::string& name) const {
    const auto& known = scenario_.processes;
    return std::any_of(known.begin(), known.end(), [&](const auto& process) { return process.name == name; });
}

const std::string* SessionScenario::variable_of(const std::string& folder) const {
    const auto it = folders_.find(folder);
    return it == folders_.end() ? nullptr : &it->second;
}

void SessionScenario::declare(const scenario::PathDecl& path) {
    scenario_.paths.push_back(path);
    folders_[path.folder] = path.variable;
}

const std::string* SessionScenario::pattern_of(std::uint32_t step) const {
    const auto it = patterns_.find(step);
    return it == patterns_.end() ? nullptr : &it->second;
}

} // namespace ddll::session
