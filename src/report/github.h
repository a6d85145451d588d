#pragma once
/// Workflow commands of GitHub Actions: lines of stdout that become annotations of a file.
#include "report/location.h"

#include <string>
#include <string_view>

namespace ddll::report {

struct Annotation {
    std::string level; ///< "error", "warning" or "notice"
    Location place;    ///< relative to the repository
    std::string title;
    std::string text; ///< may have several lines
};

/// One line. Nothing inside of it can begin another command or another property.
std::string workflow_command(const Annotation& annotation);

/// The level for a severity of the catalogue.
std::string annotation_level(std::string_view severity);

} // namespace ddll::report
