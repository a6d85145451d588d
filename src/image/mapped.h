#pragma once
/// A library as a process has it mapped, seen from outside through that process's memory: what its file was when it was
/// loaded, and whether a file is still the one.
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace ddll::image {

/// Copies `size` bytes at `address` of the other process to `into`; false when they cannot be read.
using ReadMemory = std::function<bool(std::uint64_t address, char* into, std::size_t size)>;

/// What is mapped at `base`, laid out as a file that elf_facts_of reads: its segments as they are in memory now,
/// without sections. Variables have the values of the moment, and addresses that the loader filled in stay filled in.
/// Nothing larger than `limit` bytes is read.
Result<std::string> bytes_as_mapped(std::uint64_t base, const ReadMemory& read, std::uint64_t limit);

enum class Fit : std::uint8_t {
    same,      ///< nothing that the loader made of the mapped file contradicts this one
    different, ///< the loader made something else of the file that it mapped
    unknown,   ///< memory could not be read, or the file has nothing to compare
};

/// Was `file`, as it is now, what was mapped at `base`? Code that nobody has written to shows what the file has become;
/// what the loader has filled in and nobody may change after that (the dynamic section and PT_GNU_RELRO) still shows
/// what it was. A file with the same addresses, whatever its instructions do, is therefore `same`.
Fit compare_with_mapped(std::string_view file, std::uint64_t base, const ReadMemory& read);

/// Is what cannot be written to (code, constants, the tables of symbols) the same in `file` as what is mapped at
/// `base`? Of a file that lies elsewhere by now; one that is mapped is the same as itself.
Fit compare_code_with_mapped(std::string_view file, std::uint64_t base, const ReadMemory& read);

} // namespace ddll::image
