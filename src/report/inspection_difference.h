#pragma once
/// `inspect OLD NEW`: what the newer of two files has that the older had not, and the other way round.
#include "report/inspection.h"

#include <optional>
#include <string>
#include <vector>

namespace ddll::report {

/// Names of one kind, sorted.
struct NameDifference {
    std::string kind; ///< "imports"
    std::vector<std::string> added, removed;
};

struct ValueDifference {
    std::string what; ///< "flags"
    std::string before, after;
};

struct InspectionDifference {
    std::string older, newer; ///< paths
    std::vector<ValueDifference> values;
    std::vector<NameDifference> names;
    std::vector<const findings::Finding*> fresh, unchanged, fixed; ///< by rule; into the inspections
};

/// Nothing where they are not two.
std::optional<InspectionDifference> difference_of(const Inspections& all);
std::vector<InspectionSection> difference_sections(const InspectionDifference& difference);
nlohmann::ordered_json difference_json(const InspectionDifference& difference);

} // namespace ddll::report
