#pragma once
/// A story as a scenario file.
#include "record/names.h"
#include "record/story.h"
#include "scenario/result.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ddll::record {

/// What a step is expected to cause.
struct Effects {
    std::vector<Message> messages{};
    std::vector<std::pair<term::Term, term::Term>> exits{}; ///< process and reason
    std::vector<std::pair<term::Term, std::optional<term::Evaluated>>> unblocks{};
    std::vector<std::string> driver_calls{};
    bool blocks = false;
};

struct Head {
    std::string title;
    std::string otp{}; ///< release that was recorded
};

/// The file. `effects` has one for each item of the story; `exact` false: nothing is expected of values, only names are
/// bound.
nlohmann::ordered_json scenario_of(const Head& head, const Story& story, const std::vector<DriverCopy>& copies,
                                   const std::vector<Effects>& effects, bool exact);

/// With what the run of it has shown of the drivers, and does so each time: findings, and the crash that it ends with.
nlohmann::ordered_json with_expected(nlohmann::ordered_json scenario, const scenario::RunResult& run);

/// One line for each step.
std::string file_text(const nlohmann::ordered_json& scenario);

/// Driver and version, of the files that are put in place.
std::set<std::pair<std::string, std::string>> versions_of(const Story& story);

/// Where a copy lies, seen from the scenario file.
std::string place_of(const DriverCopy& copy);

/// Steps that are the same again and again become a `repeat`. Of very many that differ in what they return alone, the
/// first and the last keep their values.
nlohmann::ordered_json folded(const nlohmann::ordered_json& steps);

} // namespace ddll::record
