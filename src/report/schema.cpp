#include "report/json.h"

#include <embedded/report.h>

namespace ddll::report {

std::string report_schema() {
    return std::string(embedded::report_schema_json());
}

} // namespace ddll::report
