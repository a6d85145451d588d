#pragma once
/// What looks like a driver entry among a file's variables. Only a hint: driver_init may return another, or change it
/// first. Found where the author filled it in at compile time, by the mark that every entry carries.
#include "image/elf_facts.h"
#include "image/initial_data.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::findings {

struct EntryHint {
    std::uint64_t address = 0; ///< in the file's address space
    std::string driver_name;   ///< empty where it is filled in later
    std::int32_t major = 0, minor = 0;
    std::uint32_t flags = 0;
    std::vector<std::string_view> callbacks; ///< that are there, in the order of the entry
    bool marked = true;                      ///< by ERL_DRV_EXTENDED_MARKER; else version and flags are not its own
};

std::vector<EntryHint> find_entries(const image::InitialData& data);

/// Those without the mark, in a file that has the mark nowhere, so that no code of it can write it either: no node
/// since R15B loads them. Empty for a machine whose code would not show the mark.
std::vector<EntryHint> find_unmarked_entries(const image::InitialData& data);

/// Would an emulator of this release load an entry of this driver interface?
bool is_known_interface(std::int32_t major, std::int32_t minor);

/// "ERL_DRV_FLAG_USE_PORT_LOCKING" and so on; bits without a name as a number.
std::vector<std::string> flag_names(std::uint32_t flags);

inline constexpr std::uint64_t entry_size = 176;

/// Bytes of variables besides so many entries, at least; 0 where there need not be any.
std::uint64_t variables_besides(const image::ElfFacts& elf, std::size_t entries);

} // namespace ddll::findings
