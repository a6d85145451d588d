#include "image/notes.h"

#include <elf.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace ddll::image {
namespace {

constexpr std::uint64_t largest_note_segment = 64 * 1024;

bool read_at(int fd, void* to, std::size_t size, std::uint64_t offset) {
    return offset <= INT64_MAX && pread(fd, to, size, static_cast<off_t>(offset)) == static_cast<ssize_t>(size);
}

} // namespace

std::string build_id_in_notes(std::string_view notes, std::uint64_t alignment) {
    static constexpr char digits[] = "0123456789abcdef";
    alignment = alignment == 8 ? 8 : 4;
    const auto aligned = [alignment](std::uint64_t n) { return (n + alignment - 1) & ~(alignment - 1); };
    Elf64_Nhdr note;
    for (std::uint64_t at = 0; at <= notes.size() && notes.size() - at >= sizeof note;) {
        std::memcpy(&note, notes.data() + at, sizeof note);
        const std::uint64_t name_at = at + sizeof note;
        const std::uint64_t data_at = name_at + aligned(note.n_namesz);
        if (data_at > notes.size() || note.n_descsz > notes.size() - data_at) break;
        if (note.n_type == NT_GNU_BUILD_ID && notes.substr(name_at, note.n_namesz) == std::string_view("GNU\0", 4)) {
            std::string out;
            for (const char c : notes.substr(data_at, note.n_descsz)) {
                out += digits[static_cast<unsigned char>(c) >> 4];
                out += digits[c & 15];
            }
            return out;
        }
        at = data_at + aligned(note.n_descsz);
    }
    return {};
}

std::string build_id_of_file(int fd) {
    Elf64_Ehdr header;
    if (!read_at(fd, &header, sizeof header, 0) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
        header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_phentsize != sizeof(Elf64_Phdr))
        return {};
    std::vector<Elf64_Phdr> segments(std::min<std::size_t>(header.e_phnum, 4096));
    if (!read_at(fd, segments.data(), segments.size() * sizeof(Elf64_Phdr), header.e_phoff)) return {};
    for (const auto& segment : segments) {
        if (segment.p_type != PT_NOTE) continue;
        std::string notes(std::min(segment.p_filesz, largest_note_segment), '\0');
        if (!read_at(fd, notes.data(), notes.size(), segment.p_offset)) continue;
        std::string id = build_id_in_notes(notes, segment.p_align);
        if (!id.empty()) return id;
    }
    return {};
}

} // namespace ddll::image
