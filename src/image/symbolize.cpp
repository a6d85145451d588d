#include "image/symbolize.h"

#include "image/demangle.h"
#include "image/dwarf_file.h"

#include <dwarf.h>
#include <gelf.h>

#include <algorithm>

namespace ddll::image {
namespace {

/// The address that the file itself gives to its lowest mapped byte.
std::uint64_t lowest_address(Elf* elf) {
    std::uint64_t low = UINT64_MAX;
    std::size_t count = 0;
    if (elf_getphdrnum(elf, &count) != 0) return 0;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf, static_cast<int>(i), &header) && header.p_type == PT_LOAD)
            low = std::min<std::uint64_t>(low, header.p_vaddr & ~std::uint64_t{4095});
    }
    return low == UINT64_MAX ? 0 : low;
}

/// The function of one symbol table that contains `address`; empty when none does.
std::string function_in(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, std::uint64_t address) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return {};
    const char* best = nullptr;
    std::uint64_t best_start = 0;
    for (std::size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
        const auto type = GELF_ST_TYPE(symbol.st_info);
        if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol.st_shndx == SHN_UNDEF) continue;
        if (address < symbol.st_value || address - symbol.st_value >= symbol.st_size) continue;
        const char* name = elf_strptr(elf, header.sh_link, symbol.st_name);
        if (!name || (best && symbol.st_value <= best_start)) continue;
        best = name;
        best_start = symbol.st_value;
    }
    return best ? demangled(best) : std::string();
}

std::string function_at(Elf* elf, std::uint64_t address) {
    for (const auto wanted : {SHT_SYMTAB, SHT_DYNSYM}) {
        Elf_Scn* section = nullptr;
        while ((section = elf_nextscn(elf, section))) {
            GElf_Shdr header;
            if (!gelf_getshdr(section, &header) || header.sh_type != static_cast<GElf_Word>(wanted)) continue;
            std::string name = function_in(elf, section, header, address);
            if (!name.empty()) return name;
        }
    }
    return {};
}

void add_line(DwarfFile& file, std::uint64_t address, SourcePlace& place) {
    const Dwarf_Die* found = file.unit_at(address);
    if (!found) return;
    Dwarf_Die unit = *found;
    Dwarf_Line* line = dwarf_getsrc_die(&unit, address);
    const char* source = line ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
    if (source && dwarf_lineno(line, &place.line) == 0 && place.line > 0) {
        place.path = place.file = source;
        // Compilers that were called with a relative path say relative to what.
        Dwarf_Attribute attribute;
        const char* folder = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
        if (folder != nullptr && !place.path.starts_with('/')) place.path = std::string(folder) + "/" + place.path;
        place.file.erase(0, place.file.rfind('/') + 1);
        return;
    }
    place.line = 0;
}

} // namespace

std::optional<SourcePlace> symbolize(const std::string& path, std::uint64_t offset) {
    DwarfFile file(path);
    if (!file.elf()) return std::nullopt;
    const std::uint64_t address = lowest_address(file.elf()) + offset;
    SourcePlace place;
    place.function = function_at(file.elf(), address);
    add_line(file, address, place);
    if (place.function.empty() && place.file.empty()) return std::nullopt;
    return place;
}

} // namespace ddll::image
