#pragma once
/// The parts of the HTML report that do not depend on a run: html/page.css and html/page.js, carried in the executable.
#include <string_view>

namespace ddll::report {

std::string_view page_style();
std::string_view page_script();

} // namespace ddll::report
