#pragma once
/// Findings of a session. They are looked for in the whole journal, so only when it holds something new that may be
/// one; each is reported once.
#include "journal/entry.h"
#include "scenario/result.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ddll::session {

class FindingWatch {
public:
    /// Each entry once, in their order.
    void see(const journal::Entry& entry);
    /// Something was seen since the last set() that may be a finding.
    bool due() const { return due_; }
    /// All that there are now.
    void set(std::vector<scenario::RunFinding> findings);

    const std::vector<scenario::RunFinding>& all() const { return findings_; }
    /// Those that no call of this has given before.
    std::vector<scenario::RunFinding> take_new();

private:
    bool due_ = false;
    std::set<std::pair<words::Rule, words::ApiFunction>> misuses_; ///< rule and function, seen before
    std::vector<scenario::RunFinding> findings_;
    std::set<std::pair<words::Rule, std::string>> reported_; ///< rule and title
};

} // namespace ddll::session
