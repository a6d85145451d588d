#pragma once
/// What the compiler wrote down for debuggers about one function: where it is in the source, who compiled it and how.
#include "image/elf_facts.h"

#include <string>

namespace ddll::image {

struct DebugFacts {
    bool readable = true; ///< false: the library that reads such information crashed over it, or took too long
    std::string source;   ///< file, as the compiler had it; empty when unknown
    int line = 0;
    std::string producer; ///< "GNU C11 12.2.0 -O2 ..."
};

/// Reads in a child process: what a file says for debuggers is far more than can be checked first.
/// `address` is one of the file's own address space.
DebugFacts read_debug_facts(const std::string& path, std::uint64_t address);

} // namespace ddll::image
