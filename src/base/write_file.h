#pragma once
/// A file that is written at once.
#include "base/result.h"

#include <string>
#include <string_view>

namespace ddll {

/// In place of what is there. Error: the file's name.
Result<void> write_file(const std::string& path, std::string_view bytes);

} // namespace ddll
