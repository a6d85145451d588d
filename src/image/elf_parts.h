#pragma once
/// The parts of reading an ElfFacts. Internal to image/.
#include "image/elf_facts.h"
#include "image/elf_file.h"

namespace ddll::image {

/// Fills in symbols, versions and what relocations tell. False when the names of the symbols add up to far more than
/// the file has bytes: no linker makes such a file, and reading on would take memory without end. elf_symbols.cpp
bool read_symbols(const ElfFile& file, const Dynamic& d, std::string_view strings, ElfFacts& facts);

/// What only sections tell: things for debuggers and linkers, which a loader does without. Their absence or nonsense is
/// no error. elf_sections.cpp
void read_sections(const ElfFile& file, const Dynamic& d, ElfFacts& facts);

} // namespace ddll::image
