#pragma once
/// The mappings of a process as /proc/PID/maps lists them, put together to libraries. Pure: text in, values out.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::doctor {

/// One line that maps part of a file.
struct Mapping {
    std::uint64_t begin = 0, end = 0; ///< addresses
    std::uint64_t offset = 0;         ///< in the file
    bool executable = false;
};

/// A library as a process has it: what was mapped of one file in one go.
struct MappedLibrary {
    std::string path;     ///< without what the kernel appends
    bool deleted = false; ///< the path does not name this file any more
    std::string device;   ///< "fe:00"
    std::uint64_t inode = 0;
    std::vector<Mapping> parts; ///< by address; the first begins the file

    std::uint64_t base() const { return parts.empty() ? 0 : parts.front().begin; }
    bool executable() const;
};

/// Files of which some part is executable, by address. Lines that are none are skipped.
std::vector<MappedLibrary> mapped_libraries(std::string_view maps);

} // namespace ddll::doctor
