#include "report/xml.h"

#include "report/style.h"

namespace ddll::report {

std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : printable(text, true)) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        default:
            out += c;
        }
    }
    // Two code points that UTF-8 can carry and XML cannot.
    for (const std::string_view bad : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
        for (auto at = out.find(bad); at != std::string::npos; at = out.find(bad, at))
            out.replace(at, 3, "\xEF\xBF\xBD");
    return out;
}

std::string xml_attribute(std::string_view text) {
    std::string out;
    for (const char c : xml_text(text)) {
        if (c == '\n')
            out += "&#10;";
        else if (c == '\t')
            out += "&#9;";
        else
            out += c;
    }
    return out;
}

} // namespace ddll::report
