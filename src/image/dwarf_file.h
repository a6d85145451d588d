#pragma once
/// A file that is open for libelf and libdw. Internal to image/.
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <libelf.h>
#include <unistd.h>

#include <memory>
#include <string>

namespace ddll::image {

class DwarfFile {
public:
    explicit DwarfFile(const std::string& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        elf_version(EV_CURRENT);
        if (fd_ < 0) return;
        elf_.reset(elf_begin(fd_, ELF_C_READ_MMAP, nullptr));
        if (elf_ && elf_kind(elf_.get()) != ELF_K_ELF) elf_.reset();
    }
    ~DwarfFile() {
        dwarf_.reset();
        elf_.reset();
        if (fd_ >= 0) close(fd_);
    }
    DwarfFile(const DwarfFile&) = delete;

    Elf* elf() const { return elf_.get(); } ///< null when there is none

    /// The compile unit that contains `address`; null when none does. Not by .debug_aranges: clang does not write that.
    const Dwarf_Die* unit_at(Dwarf_Addr address) {
        if (elf_ && !dwarf_) dwarf_.reset(dwarf_begin_elf(elf_.get(), DWARF_C_READ, nullptr));
        if (!dwarf_) return nullptr;
        Dwarf_Off offset = 0, next = 0;
        std::size_t header_size = 0;
        for (; dwarf_nextcu(dwarf_.get(), offset, &next, &header_size, nullptr, nullptr, nullptr) == 0; offset = next)
            if (dwarf_offdie(dwarf_.get(), offset + header_size, &unit_) && dwarf_haspc(&unit_, address) == 1)
                return &unit_;
        return nullptr;
    }

private:
    struct ElfEnd {
        void operator()(Elf* elf) const { elf_end(elf); }
    };
    struct DwarfEnd {
        void operator()(Dwarf* dwarf) const { dwarf_end(dwarf); }
    };
    int fd_;
    std::unique_ptr<Elf, ElfEnd> elf_;
    std::unique_ptr<Dwarf, DwarfEnd> dwarf_;
    Dwarf_Die unit_{};
};

} // namespace ddll::image
