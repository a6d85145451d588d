#pragma once
/// The bytes of an ELF file with its tables found and nothing interpreted: segments, sections, the dynamic section.
/// Every access is checked; what lies outside the file is empty or nothing. Internal to image/.
#include "base/result.h"

#include <elf.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::image {

/// A longer file is refused.
inline constexpr std::size_t largest_file = std::size_t{2} << 30;

/// A T at `offset` of `bytes`, wherever it is aligned; nothing when it does not fit.
template <class T>
std::optional<T> load(std::string_view bytes, std::uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
    T out;
    std::memcpy(&out, bytes.data() + offset, sizeof out);
    return out;
}

/// The text that begins at `offset` of a string table, at most `longest` bytes of it; empty when it is nowhere.
std::string_view text_at(std::string_view table, std::uint64_t offset, std::size_t longest = 4096);

struct Section {
    std::string_view name;
    Elf64_Shdr header;
};

class ElfFile {
public:
    /// `bytes` must outlive this and begin with a complete header of a 64-bit file.
    explicit ElfFile(std::string_view bytes);

    const Elf64_Ehdr& header() const { return header_; }
    const std::vector<Elf64_Phdr>& segments() const { return segments_; }
    /// Empty when there are none or they make no sense: a loader does without.
    const std::vector<Section>& sections() const { return sections_; }

    /// The file's bytes at `address`, up to the end of its segment; empty when it is nowhere.
    std::string_view at(std::uint64_t address) const;
    /// Part of the file, as much as there is.
    std::string_view bytes(std::uint64_t offset, std::uint64_t size) const;
    std::string_view bytes_of(const Elf64_Phdr& h) const { return bytes(h.p_offset, h.p_filesz); }
    /// Empty for a section that takes no room in the file.
    std::string_view bytes_of(const Section& s) const;

    /// Is there a segment that reaches beyond the end of the file?
    bool truncated() const;

private:
    void read_sections();

    std::string_view file_;
    Elf64_Ehdr header_{};
    std::vector<Elf64_Phdr> segments_;
    std::vector<Section> sections_;
};

/// What keeps a file from being a shared object for this machine whatever it contains, in words; empty when nothing
/// does. Then its header and its program headers are there.
std::optional<Error> unfit_for_loading(const std::string& path, std::string_view file);

/// What the dynamic section says, as the loader reads it: by address, never by section.
class Dynamic {
public:
    /// The bytes must outlive this.
    explicit Dynamic(std::string_view section = {}) : section_(section) {}

    /// All values with that tag.
    std::vector<std::uint64_t> all(std::int64_t tag) const;
    /// The last one, which is the one that counts.
    std::uint64_t value(std::int64_t tag, std::uint64_t otherwise = 0) const;
    bool has(std::int64_t tag) const { return !all(tag).empty(); }

private:
    std::string_view section_;
};

/// Calls `f` with every relocation of the file.
template <class F>
void each_relocation(const ElfFile& file, const Dynamic& d, F&& f) {
    const auto walk = [&](std::uint64_t address, std::uint64_t size) {
        const std::string_view table = file.at(address).substr(0, size);
        for (std::uint64_t at = 0; const auto r = load<Elf64_Rela>(table, at); at += sizeof(Elf64_Rela)) f(*r);
    };
    walk(d.value(DT_RELA), d.value(DT_RELASZ));
    if (d.value(DT_PLTREL, DT_RELA) == DT_RELA) walk(d.value(DT_JMPREL), d.value(DT_PLTRELSZ));
}

} // namespace ddll::image
