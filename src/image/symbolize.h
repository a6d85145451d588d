#pragma once
/// From a file and an offset to a function and a source line, by the symbol table and DWARF (libdw). Parent side only:
/// reads files, maps nothing executable.
#include <cstdint>
#include <optional>
#include <string>

namespace ddll::image {

/// The C++ name as its author wrote it; what is no mangled name stays as it is.
std::string demangled(const std::string& symbol);

struct SourcePlace {
    std::string function; ///< or variable; demangled; empty when unknown
    std::string file;     ///< base name; empty without line information
    std::string path;     ///< the same as the compiler was told it: a matter of the machine that built it
    int line = 0;
};

/// `offset` is relative to the lowest mapped address of the object (address - base).
std::optional<SourcePlace> symbolize(const std::string& path, std::uint64_t offset);

/// The function that contains the offset, from the line of its name to its last one: what is known of a place in a
/// loop. Of code that was inlined, the function it was inlined into. Nothing without debug information.
struct FunctionLines {
    std::string file, path; ///< as in SourcePlace
    int first = 0, last = 0;
};
std::optional<FunctionLines> function_lines(const std::string& path, std::uint64_t offset);

} // namespace ddll::image
