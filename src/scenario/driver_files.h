#pragma once
/// Where the driver files of a scenario lie.
#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace ddll::scenario {

/// Finds the file a scenario names. An absolute name is taken as it is, another is looked for in `folders`, in order.
/// `*` and `?` match within one component (not a leading dot); of several matches the last in version order is taken.
/// The error says where was looked and names a file that may have been meant.
Result<std::string> find_driver_file(std::string_view written, const std::vector<std::string>& folders);

/// Compares names with numbers in them: megaco-4.10 comes after megaco-4.9. Total: equal only for equal texts.
bool version_less(std::string_view a, std::string_view b);

/// The folder a file lies in: "." for a bare name.
std::string folder_of(std::string_view file);

/// The folder of the running program; empty when the system does not tell.
std::string running_program_folder();

} // namespace ddll::scenario
