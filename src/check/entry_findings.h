#pragma once
/// What the entry shows that a driver gave to the loader, and its debug information about the functions in it. Internal
/// to check/.
#include "findings/finding.h"
#include "journal/entry.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::check {

/// `file` is what was loaded; `variables` are its bytes of variables, besides the entry.
std::vector<findings::Finding> findings_of_entry(const journal::EntrySeen& entry, const std::string& driver,
                                                 const std::string& file, std::uint64_t variables);

} // namespace ddll::check
