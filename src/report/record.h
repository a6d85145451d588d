#pragma once
/// What `ddlltool record` says: for people, and for programs as one versioned object, which docs/record.md describes.
#include "record/record.h"
#include "report/style.h"

#include <nlohmann/json.hpp>

#include <string>

namespace ddll::report {

/// Whether each step does what it did on the node, and each file passes.
bool all_agree(const record::Recording& recording);

std::string recording_text(const record::Recording& recording, const Style& style);
nlohmann::ordered_json recording_value(const record::Recording& recording);

} // namespace ddll::report
