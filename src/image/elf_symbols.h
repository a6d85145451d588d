#pragma once
/// Dynamic symbols with their versions and the relocations that refer to them. Internal to image/.
#include "image/elf_facts.h"
#include "image/elf_file.h"

namespace ddll::image {

/// Fills in symbols, versions and what relocations tell. False when the names of the symbols add up to far more than
/// the file has bytes: no linker makes such a file, and reading on would take memory without end.
bool read_symbols(const ElfFile& file, const Dynamic& d, std::string_view strings, ElfFacts& facts);

} // namespace ddll::image
