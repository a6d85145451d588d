#pragma once
/// What `ddlltool doctor` says about a live node: for people, and for programs as one versioned object, which
/// docs/doctor.md describes.
#include "doctor/doctor.h"
#include "report/style.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace ddll::report {

/// "node kv@db1, process 4711: 5 driver libraries, 1 problem".
std::string doctor_summary(const doctor::Diagnosis& diagnosis);
/// A table of the libraries, the problems, and who holds each driver.
std::string doctor_text(const doctor::Diagnosis& diagnosis, const Style& style);
nlohmann::ordered_json doctor_value(const doctor::Diagnosis& diagnosis);

} // namespace ddll::report
