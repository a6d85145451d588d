#include "report/formats.h"
namespace ddll::report {
std::string write_html(const Run&, const Options&) {
    return "";
}
} // namespace ddll::report
