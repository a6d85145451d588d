#include "base/write_file.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>

namespace ddll {

Result<void> write_file(const std::string& path, std::string_view bytes) {
    std::ofstream out(path, std::ios::binary);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) return error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
    return {};
}

} // namespace ddll
