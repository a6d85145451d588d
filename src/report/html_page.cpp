#include "report/html_page.h"

#include "base/embed.h"

DDLL_EMBED(page_css, DDLL_PAGE_CSS)
DDLL_EMBED(page_js, DDLL_PAGE_JS)

namespace ddll::report {

std::string_view page_style() {
    return {ddll_page_css_begin, static_cast<std::size_t>(ddll_page_css_end - ddll_page_css_begin)};
}

std::string_view page_script() {
    return {ddll_page_js_begin, static_cast<std::size_t>(ddll_page_js_end - ddll_page_js_begin)};
}

} // namespace ddll::report
