#pragma once
/// What only sections tell: things for debuggers and linkers, which a loader does without. Their absence or nonsense is
/// no error. Internal to image/.
#include "image/elf_facts.h"
#include "image/elf_file.h"

namespace ddll::image {

void read_sections(const ElfFile& file, const Dynamic& d, ElfFacts& facts);

} // namespace ddll::image
