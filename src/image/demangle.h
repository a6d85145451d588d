#pragma once
#include <string>

namespace ddll::image {

/// The C++ name as its author wrote it; what is no mangled name stays as it is.
std::string demangled(const std::string& symbol);

} // namespace ddll::image
