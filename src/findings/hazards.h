#pragma once
/// What a run that looked closely (host::Options::probe) says about replacing a driver: what was left in the process,
/// how the versions differ, what took long, why a load failed. Beside findings.h, which every run gets.
#include "findings/findings.h"

#include <string>
#include <string_view>
#include <vector>

namespace ddll::findings {

std::vector<Finding> find_hazards(const journal::Journal& journal, const Names& names);

/// Rules that this and find_in_death (crashes.h) can report, sorted.
std::span<const std::string_view> hazard_rules();

} // namespace ddll::findings
