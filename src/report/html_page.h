#pragma once
/// The parts of the HTML report that do not depend on a run: the files of html/, carried in the executable.
#include <string>

namespace ddll::report {

std::string page_style();
/// None of it contains what would end a script element.
std::string page_script();

} // namespace ddll::report
