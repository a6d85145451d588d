#include "image/dwarf_file.h"

#include <dwarf.h>
#include <gelf.h>

#include <algorithm>

namespace ddll::image {
namespace {

struct Covering {
    Dwarf_Addr address;
    std::optional<Dwarf_Die> found;
};

int look_at(Dwarf_Die* function, void* data) {
    auto& search = *static_cast<Covering*>(data);
    if (dwarf_haspc(function, search.address) != 1) return DWARF_CB_OK;
    search.found = *function;
    return DWARF_CB_ABORT;
}

} // namespace

std::uint64_t DwarfFile::lowest_address() const {
    std::uint64_t low = UINT64_MAX;
    std::size_t count = 0;
    if (elf_getphdrnum(elf_.get(), &count) != 0) return 0;
    for (std::size_t i = 0; i < count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf_.get(), static_cast<int>(i), &header) && header.p_type == PT_LOAD)
            low = std::min<std::uint64_t>(low, header.p_vaddr & ~std::uint64_t{4095});
    }
    return low == UINT64_MAX ? 0 : low;
}

const Dwarf_Die* DwarfFile::unit_at(Dwarf_Addr address) {
    if (elf_ && !dwarf_) dwarf_.reset(dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr));
    if (!dwarf_) return nullptr;
    Dwarf_Off offset = 0, next = 0;
    std::size_t header_size = 0;
    for (; dwarf_nextcu(dwarf_.get(), offset, &next, &header_size, nullptr, nullptr, nullptr) == 0; offset = next)
        if (dwarf_offdie(dwarf_.get(), offset + header_size, &unit_) && dwarf_haspc(&unit_, address) == 1)
            return &unit_;
    return nullptr;
}

std::optional<Dwarf_Die> subprogram_at(Dwarf_Die& unit, Dwarf_Addr address) {
    Covering search{address, std::nullopt};
    dwarf_getfuncs(&unit, look_at, &search, 0);
    return search.found;
}

} // namespace ddll::image
