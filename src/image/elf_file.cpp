#include "image/elf_file.h"

#include <algorithm>

namespace ddll::image {
namespace {

constexpr std::size_t most_segments = 4096;
constexpr std::uint64_t most_sections = 1 << 16;

} // namespace

std::string_view text_at(std::string_view table, std::uint64_t offset, std::size_t longest) {
    if (offset >= table.size()) return {};
    table = table.substr(offset, longest);
    return table.substr(0, table.find('\0'));
}

ElfFile::ElfFile(std::string_view bytes) : file_(bytes) {
    if (const auto header = load<Elf64_Ehdr>(bytes, 0)) header_ = *header;
    if (header_.e_phentsize == sizeof(Elf64_Phdr)) {
        const std::size_t count = std::min<std::size_t>(header_.e_phnum, most_segments);
        for (std::size_t i = 0; i < count; ++i) {
            const auto segment = load<Elf64_Phdr>(file_.substr(std::min<std::uint64_t>(header_.e_phoff, file_.size())),
                                                  i * sizeof(Elf64_Phdr));
            if (!segment) break;
            segments_.push_back(*segment);
        }
    }
    read_sections();
}

void ElfFile::read_sections() {
    if (header_.e_shoff == 0 || header_.e_shentsize != sizeof(Elf64_Shdr)) return;
    const std::string_view table = this->bytes(header_.e_shoff, UINT64_MAX);
    const auto first = load<Elf64_Shdr>(table, 0);
    if (!first) return;
    // Numbers too large for the header stand in the first section.
    const std::uint64_t count = header_.e_shnum != 0 ? header_.e_shnum : first->sh_size;
    const std::uint64_t names_at = header_.e_shstrndx != SHN_XINDEX ? header_.e_shstrndx : first->sh_link;
    std::string_view names;
    if (names_at < count)
        if (const auto s = load<Elf64_Shdr>(table, names_at * sizeof(Elf64_Shdr)))
            names = this->bytes(s->sh_offset, s->sh_size);
    for (std::uint64_t i = 1; i < std::min(count, most_sections); ++i) {
        const auto s = load<Elf64_Shdr>(table, i * sizeof(Elf64_Shdr));
        if (!s) break;
        sections_.push_back({text_at(names, s->sh_name, 256), *s});
    }
}

std::string_view ElfFile::at(std::uint64_t address) const {
    for (const auto& h : segments_) {
        if (h.p_type != PT_LOAD || address < h.p_vaddr || address - h.p_vaddr >= h.p_filesz) continue;
        const std::string_view segment = bytes_of(h);
        return segment.substr(std::min<std::uint64_t>(address - h.p_vaddr, segment.size()));
    }
    return {};
}

std::string_view ElfFile::bytes(std::uint64_t offset, std::uint64_t size) const {
    if (offset >= file_.size()) return {};
    return file_.substr(offset, size);
}

std::string_view ElfFile::bytes_of(const Section& s) const {
    if (s.header.sh_type == SHT_NOBITS) return {};
    return bytes(s.header.sh_offset, s.header.sh_size);
}

bool ElfFile::truncated() const {
    return std::any_of(segments_.begin(), segments_.end(), [this](const Elf64_Phdr& h) {
        return h.p_type == PT_LOAD && (h.p_offset > file_.size() || h.p_filesz > file_.size() - h.p_offset);
    });
}

std::vector<std::uint64_t> Dynamic::all(std::int64_t tag) const {
    std::vector<std::uint64_t> out;
    for (std::uint64_t at = 0; const auto entry = load<Elf64_Dyn>(section_, at); at += sizeof(Elf64_Dyn)) {
        if (entry->d_tag == DT_NULL) break;
        if (entry->d_tag == tag) out.push_back(entry->d_un.d_val);
    }
    return out;
}

std::uint64_t Dynamic::value(std::int64_t tag, std::uint64_t otherwise) const {
    const auto values = all(tag);
    return values.empty() ? otherwise : values.back();
}

} // namespace ddll::image
