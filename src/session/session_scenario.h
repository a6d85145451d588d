#pragma once
/// What was done in a session so far, as a scenario.
#include "scenario/scenario.h"

#include <map>
#include <optional>
#include <string>

namespace ddll::session {

class SessionScenario {
public:
    /// `release`: that was asked for, so that the scenario is for no other one.
    explicit SessionScenario(std::optional<words::Release> release = {});

    const scenario::Scenario& scenario() const { return scenario_; }
    /// The index that the next step will have.
    std::uint32_t next() const { return static_cast<std::uint32_t>(scenario_.steps.size()); }
    bool has_process(const std::string& name) const;
    /// The variable for a folder, if it has one.
    const std::string* variable_of(const std::string& folder) const;

    /// Steps are never changed or removed; adding one may move the others.
    void add(scenario::ScenarioStep step) { scenario_.steps.push_back(std::move(step)); }
    void declare(const scenario::PathDecl& path);
    void declare(const scenario::ProcessDecl& process) { scenario_.processes.push_back(process); }
    void set_drivers(const std::vector<scenario::DriverDecl>& drivers) { scenario_.drivers = drivers; }

    /// What the value of a step's call was matched with; nothing where it was with nothing.
    const std::string* pattern_of(std::uint32_t step) const;
    void set_pattern(std::uint32_t step, const std::string& pattern) { patterns_[step] = pattern; }

private:
    scenario::Scenario scenario_;
    std::map<std::string, std::string> folders_; ///< folder to its variable
    std::map<std::uint32_t, std::string> patterns_;
};

} // namespace ddll::session
