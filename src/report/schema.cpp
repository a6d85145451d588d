#include "base/embed.h"
#include "report/json.h"

DDLL_EMBED(report_schema, DDLL_REPORT_SCHEMA)

namespace ddll::report {

std::string report_schema() {
    return {ddll_report_schema_begin, static_cast<std::size_t>(ddll_report_schema_end - ddll_report_schema_begin)};
}

} // namespace ddll::report
