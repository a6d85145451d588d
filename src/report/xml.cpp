#include "report/xml.h"

#include "report/style.h"

namespace ddll::report {

std::string xml_text(std::string_view text) {
    std::string out = escaped(printable(text, true), {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}});
    // Two code points that UTF-8 can carry and XML cannot.
    for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
        for (auto at = out.find(bad); at != std::string::npos; at = out.find(bad, at))
            out.replace(at, 3, "\xEF\xBF\xBD");
    return out;
}

std::string xml_attribute(std::string_view text) {
    return escaped(xml_text(text), {{'\n', "&#10;"}, {'\t', "&#9;"}});
}

} // namespace ddll::report
