#include "image/symbolize.h"

#include "image/dwarf_file.h"

#include <cxxabi.h>
#include <dwarf.h>
#include <gelf.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

namespace ddll::image {
namespace {

/// The function, or the variable, of one symbol table that contains `address`; empty when none does.
std::string function_in(Elf* elf, Elf_Scn* section, const GElf_Shdr& header, std::uint64_t address) {
    Elf_Data* data = elf_getdata(section, nullptr);
    if (!data || header.sh_entsize == 0) return {};
    const char* best = nullptr;
    std::uint64_t best_start = 0;
    for (std::size_t i = 0; i < header.sh_size / header.sh_entsize; ++i) {
        GElf_Sym symbol;
        if (!gelf_getsym(data, static_cast<int>(i), &symbol)) break;
        const auto type = GELF_ST_TYPE(symbol.st_info);
        const bool named = type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_OBJECT;
        if (!named || symbol.st_shndx == SHN_UNDEF) continue;
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

/// `source` as the compiler was told it. Those that were called with a relative path say relative to what.
std::string whole_path(Dwarf_Die& unit, const std::string& source) {
    Dwarf_Attribute attribute;
    const char* folder = dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attribute));
    return folder != nullptr && !source.starts_with('/') ? std::string(folder) + "/" + source : source;
}

std::string base_name(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

void add_line(DwarfFile& file, std::uint64_t address, SourcePlace& place) {
    const Dwarf_Die* found = file.unit_at(address);
    if (!found) return;
    Dwarf_Die unit = *found;
    Dwarf_Line* line = dwarf_getsrc_die(&unit, address);
    const char* source = line ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
    if (source && dwarf_lineno(line, &place.line) == 0 && place.line > 0) {
        place.path = whole_path(unit, source);
        place.file = base_name(source);
        return;
    }
    place.line = 0;
}

/// The highest line of `source` that the code of `function` comes from.
int last_line(Dwarf_Die& unit, Dwarf_Die& function, std::string_view source, int first) {
    int last = first;
    Dwarf_Lines* lines = nullptr;
    std::size_t count = 0;
    if (dwarf_getsrclines(&unit, &lines, &count) != 0) return last;
    for (std::size_t i = 0; i < count; ++i) {
        Dwarf_Line* line = dwarf_onesrcline(lines, i);
        Dwarf_Addr address = 0;
        int number = 0;
        if (!line || dwarf_lineaddr(line, &address) != 0 || dwarf_lineno(line, &number) != 0 || number <= last)
            continue;
        const char* from = dwarf_linesrc(line, nullptr, nullptr);
        if (from && source == from && dwarf_haspc(&function, address) == 1) last = number;
    }
    return last;
}

} // namespace

std::string demangled(const std::string& symbol) {
    // Without the prefix, short C names would be read as type codes: "a" as signed char.
    if (!symbol.starts_with("_Z")) return symbol;
    int status = 0;
    char* readable = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
    std::string out = status == 0 && readable != nullptr ? readable : symbol;
    std::free(readable);
    return out;
}

std::optional<SourcePlace> symbolize(const std::string& path, std::uint64_t offset) {
    DwarfFile file(path);
    if (!file.elf()) return std::nullopt;
    const std::uint64_t address = file.lowest_address() + offset;
    SourcePlace place;
    place.function = function_at(file.elf(), address);
    add_line(file, address, place);
    if (place.function.empty() && place.file.empty()) return std::nullopt;
    return place;
}

std::optional<FunctionLines> function_lines(const std::string& path, std::uint64_t offset) {
    DwarfFile file(path);
    if (!file.elf()) return std::nullopt;
    const std::uint64_t address = file.lowest_address() + offset;
    const Dwarf_Die* found = file.unit_at(address);
    if (!found) return std::nullopt;
    Dwarf_Die unit = *found;
    auto function = subprogram_at(unit, address);
    if (!function) return std::nullopt;
    FunctionLines lines;
    // The file that its first instruction comes from: libdw takes file number 0, which clang uses, for none.
    Dwarf_Addr entry = 0;
    Dwarf_Line* line = dwarf_entrypc(&*function, &entry) == 0 ? dwarf_getsrc_die(&unit, entry) : nullptr;
    const char* source = line ? dwarf_linesrc(line, nullptr, nullptr) : nullptr;
    if (!source || dwarf_decl_line(&*function, &lines.first) != 0 || lines.first <= 0) return std::nullopt;
    lines.path = whole_path(unit, source);
    lines.file = base_name(source);
    lines.last = last_line(unit, *function, source, lines.first);
    return lines;
}

} // namespace ddll::image
