#pragma once
/// Findings of one side while they come in from files and runs. Internal to check/.
#include "check/check.h"
#include "words/findings.h"

#include <string>
#include <utility>
#include <vector>

namespace ddll::check {

/// One that check itself makes of a run, with the severity and the title of its rule. The evidence is for people.
scenario::RunFinding run_finding(words::RuleOf<words::by_check> rule, const std::string& driver, std::string evidence);

class Gathered {
public:
    /// What a file says.
    void add(const findings::Finding& found);
    /// What a run showed, which says more.
    void add(const scenario::RunFinding& found, const CheckRun& run);
    void add(CheckFinding finding) { findings_.push_back(std::move(finding)); }

    std::vector<CheckFinding>& all() { return findings_; }
    std::vector<CheckFinding> take() { return std::move(findings_); }

private:
    CheckFinding& entry_for(Rule rule);

    std::vector<CheckFinding> findings_;
};

} // namespace ddll::check
