#include "report/html_page.h"

#include <embedded/report.h>

namespace ddll::report {

std::string page_style() {
    return std::string(embedded::page_css()).append(embedded::timeline_css());
}

std::string page_script() {
    return std::string(embedded::drawing_js())
        .append(embedded::details_js())
        .append(embedded::timeline_js())
        .append(embedded::page_js());
}

} // namespace ddll::report
