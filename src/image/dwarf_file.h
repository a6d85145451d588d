#pragma once
/// A file that is open for libelf and libdw. Internal to image/.
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <libelf.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
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

    /// The address that the file itself gives to its lowest mapped byte; 0 when nothing of it is mapped.
    std::uint64_t lowest_address() const;

    /// The compile unit that contains `address`; null when none does. Not by .debug_aranges: clang does not write that.
    const Dwarf_Die* unit_at(Dwarf_Addr address);

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

/// The function of `unit` whose machine code has `address`, not one that was inlined there.
std::optional<Dwarf_Die> subprogram_at(Dwarf_Die& unit, Dwarf_Addr address);

} // namespace ddll::image
