#include "image/symbolize.h"

#include "image/demangle.h"

#include <elfutils/libdw.h>
#include <fcntl.h>
#include <gelf.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace ddll::image {
namespace {

struct ElfEnd {
    void operator()(Elf* elf) const { elf_end(elf); }
};
struct DwarfEnd {
    void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
};

class File {
public:
    explicit File(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
    ~File() {
        if (fd_ >= 0) close(fd_);
    }
    File(const File&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

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

void add_line(Elf* elf, std::uint64_t address, SourcePlace& place) {
    const std::unique_ptr<Dwarf, DwarfEnd> dwarf(dwarf_begin_elf(elf, DWARF_C_READ, nullptr));
    if (!dwarf) return;
    // Not by .debug_aranges: clang does not write that section.
    Dwarf_Off offset = 0, next = 0;
    std::size_t header_size = 0;
    for (; dwarf_nextcu(dwarf.get(), offset, &next, &header_size, nullptr, nullptr, nullptr) == 0; offset = next) {
        Dwarf_Die unit;
        if (!dwarf_offdie(dwarf.get(), offset + header_size, &unit) || dwarf_haspc(&unit, address) != 1) continue;
        Dwarf_Line* line = dwarf_getsrc_die(&unit, address);
        if (!line) continue;
        const char* source = dwarf_linesrc(line, nullptr, nullptr);
        if (source && dwarf_lineno(line, &place.line) == 0 && place.line > 0) {
            place.file = source;
            place.file.erase(0, place.file.rfind('/') + 1);
            return;
        }
        place.line = 0;
    }
}

} // namespace

std::optional<SourcePlace> symbolize(const std::string& path, std::uint64_t offset) {
    elf_version(EV_CURRENT);
    const File file(path);
    if (file.fd() < 0) return std::nullopt;
    const std::unique_ptr<Elf, ElfEnd> elf(elf_begin(file.fd(), ELF_C_READ_MMAP, nullptr));
    if (!elf || elf_kind(elf.get()) != ELF_K_ELF) return std::nullopt;
    const std::uint64_t address = lowest_address(elf.get()) + offset;
    SourcePlace place;
    place.function = function_at(elf.get(), address);
    add_line(elf.get(), address, place);
    if (place.function.empty() && place.file.empty()) return std::nullopt;
    return place;
}

} // namespace ddll::image
