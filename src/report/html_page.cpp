#include "report/html_page.h"

#include "base/embed.h"

DDLL_EMBED(page_css, DDLL_PAGE_FOLDER "/page.css")
DDLL_EMBED(timeline_css, DDLL_PAGE_FOLDER "/timeline.css")
DDLL_EMBED(drawing_js, DDLL_PAGE_FOLDER "/drawing.js")
DDLL_EMBED(details_js, DDLL_PAGE_FOLDER "/details.js")
DDLL_EMBED(timeline_js, DDLL_PAGE_FOLDER "/timeline.js")
DDLL_EMBED(page_js, DDLL_PAGE_FOLDER "/page.js")

namespace ddll::report {
namespace {

std::string text(const char* begin, const char* end) {
    return {begin, static_cast<std::size_t>(end - begin)};
}

} // namespace

std::string page_style() {
    return text(ddll_page_css_begin, ddll_page_css_end) + text(ddll_timeline_css_begin, ddll_timeline_css_end);
}

std::string page_script() {
    return text(ddll_drawing_js_begin, ddll_drawing_js_end) + text(ddll_details_js_begin, ddll_details_js_end) +
           text(ddll_timeline_js_begin, ddll_timeline_js_end) + text(ddll_page_js_begin, ddll_page_js_end);
}

} // namespace ddll::report
