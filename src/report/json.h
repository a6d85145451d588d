#pragma once
/// The report as one JSON value, before it is written: as JSON, as an Erlang term.
#include "report/report.h"

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace ddll::report {

/// Described in docs/report.md and by report_schema().
nlohmann::ordered_json run_json(const Run& run, const Options& options);

/// Innermost first, as `death` and `findings` have it.
nlohmann::ordered_json stack_json(const std::vector<scenario::StackFrame>& frames);

/// {Tag, Version, #{...}}. as file:consult/1 reads it.
std::string erlang_term(std::string_view tag, int version, const nlohmann::ordered_json& json);

/// JSON Schema (draft 7) of it.
std::string report_schema();

} // namespace ddll::report
