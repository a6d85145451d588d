#pragma once
/// What a node did and what the simulated emulator does with the same calls, laid side by side. A node goes on while a
/// driver's jobs and messages are under way; here each step comes to rest before the next. So everything that was seen
/// is looked for in the order of its process or port, and stands in the scenario where it happens here.
#include "record/record.h"
#include "record/write.h"

#include <cstddef>
#include <vector>

namespace ddll::record {

struct Fitted {
    std::vector<Effects> effects; ///< for each item of the story
    std::vector<Disagreement> disagreements{};
    std::vector<std::size_t> agree{};      ///< items that do
    std::vector<term::Term> still_alive{}; ///< processes that have ended on the node
};

/// `records` has one for each item, or fewer where the run ended.
Fitted fit(const Story& story, const std::vector<scenario::StepRecord>& records);

/// As scenarios write a callback: with the driver and the version where there are several of them.
std::string callback_text(const scenario::DriverCall& call,
                          const std::set<std::pair<std::string, std::string>>& versions);

} // namespace ddll::record
