#pragma once
/// Text as XML 1.0 can carry it.
#include <string>
#include <string_view>

namespace ddll::report {

/// For element content; line ends and tabs stay. XML has no way to write most control characters, not even as
/// references: they become \xNN in words, as bytes that are no UTF-8 do.
std::string xml_text(std::string_view text);

/// For attributes in double quotes: line ends and tabs become references, which readers give back as they were.
std::string xml_attribute(std::string_view text);

} // namespace ddll::report
