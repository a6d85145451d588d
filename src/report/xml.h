#pragma once
/// Text that XML 1.0 can carry.
#include <string>
#include <string_view>

namespace ddll::report {

/// For between elements. XML has no way to write most control characters, not even as references: they become \xNN in
/// words.
std::string xml_text(std::string_view text);

/// For attributes, where a reader would turn line ends into blanks.
std::string xml_attribute(std::string_view text);

} // namespace ddll::report
