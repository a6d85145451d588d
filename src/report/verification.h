#pragma once
/// What `ddlltool verify` found, as text and as JSON.
#include "report/style.h"
#include "verify/random.h"
#include "verify/verify.h"

#include <string>

namespace ddll::report {

/// One scenario: a line when both players agree, the step and both sides when they do not. `verbose` lists also what
/// was not compared.
std::string verification_text(const verify::ScenarioComparison& compared, bool verbose, const Style& style);

/// "12 stories: 11 agree, 1 differs; judged by OTP 25 (erts 13.1.5, driver interface 3.3)"
std::string verification_summary(const verify::Verification& all);

/// A random scenario that differs, as short as it got, and the file it was written to.
std::string random_difference_text(const verify::RandomDifference& difference, const std::string& file);

/// "5000 random stories of seed 7, 81234 steps: 5000 agree, 0 differ; judged by OTP ..."
std::string random_summary(const verify::RandomResult& result, std::uint64_t seed, bool recorded);

/// The same shape as verification_json, with the differing scenarios only.
std::string random_json(const verify::RandomResult& result, std::uint64_t seed);

/// The whole of it. `"ddlltool_verify": 1` is the version of the shape.
std::string verification_json(const verify::Verification& all);

} // namespace ddll::report
