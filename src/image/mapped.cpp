#include "image/mapped.h"

#include "image/elf_file.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace ddll::image {
namespace {

template <class T>
bool read_as(const ReadMemory& read, std::uint64_t address, T& into) {
    return read(address, reinterpret_cast<char*>(&into), sizeof into);
}

/// Entries of the dynamic section that the loader turns from places in the file into addresses.
bool is_address(std::int64_t tag) {
    constexpr std::int64_t tags[] = {DT_HASH, DT_PLTGOT, DT_STRTAB, DT_SYMTAB,  DT_RELA,
                                     DT_REL,  DT_JMPREL, DT_VERSYM, DT_GNU_HASH};
    return std::ranges::find(tags, tag) != std::end(tags);
}

/// The loader's own notes in the dynamic section: no part of the file.
bool is_of_the_loader(std::int64_t tag) {
    return tag == DT_DEBUG;
}

const Elf64_Phdr* segment_of(const ElfFile& elf, std::uint32_t type) {
    for (const Elf64_Phdr& h : elf.segments())
        if (h.p_type == type) return &h;
    return nullptr;
}

/// Where the first segment begins, as the loader maps it: whole pages. 0 in what linkers usually make.
std::uint64_t lowest_page(const ElfFile& elf) {
    const std::uint64_t page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    std::uint64_t lowest = UINT64_MAX;
    for (const Elf64_Phdr& h : elf.segments())
        if (h.p_type == PT_LOAD) lowest = std::min(lowest, h.p_vaddr / page * page);
    return lowest == UINT64_MAX ? 0 : lowest;
}

/// Turns the addresses of a mapped dynamic section back into places in the file.
void unrelocate(std::string& file, const Elf64_Phdr& dynamic, std::uint64_t base) {
    for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
        auto entry = load<Elf64_Dyn>(file, dynamic.p_offset + at);
        if (!entry || entry->d_tag == DT_NULL) return;
        if (!is_address(entry->d_tag) || entry->d_un.d_val < base) continue;
        entry->d_un.d_val -= base;
        std::memcpy(file.data() + dynamic.p_offset + at, &*entry, sizeof *entry);
    }
}

/// The relocation that adds the base to a number in the file.
bool adds_base(const ElfFile& elf, const Elf64_Rela& relocation) {
    const std::uint64_t type = ELF64_R_TYPE(relocation.r_info);
    switch (elf.header().e_machine) {
    case EM_X86_64:
        return type == R_X86_64_RELATIVE;
    case EM_AARCH64:
        return type == R_AARCH64_RELATIVE;
    default:
        return false;
    }
}

/// Calls `f` with each address that a packed table of relative relocations (DT_RELR) names: an even word is an address,
/// an odd one has a bit for each of the 63 words that follow the last.
template <class F>
void each_packed(std::string_view table, F&& f) {
    constexpr std::uint64_t size = sizeof(std::uint64_t), words = 8 * size - 1;
    std::uint64_t next = 0;
    for (std::uint64_t at = 0; const auto entry = load<std::uint64_t>(table, at); at += size) {
        if ((*entry & 1) == 0) {
            f(*entry);
            next = *entry + size;
            continue;
        }
        for (std::uint64_t i = 0; i < words; ++i)
            if ((*entry >> (i + 1) & 1) != 0) f(next + i * size);
        next += words * size;
    }
}

/// A range of addresses of the file that is read-only once the loader is done, as memory has it.
class Sealed {
public:
    Sealed(const ElfFile& elf, const Elf64_Phdr& range, std::uint64_t base, const ReadMemory& read)
        : elf_(elf), begin_(range.p_vaddr), base_(base) {
        // A last page that is shared with variables stays writable.
        const std::uint64_t page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
        const std::uint64_t end =
            range.p_type == PT_GNU_RELRO ? (begin_ + range.p_filesz) / page * page : begin_ + range.p_filesz;
        const std::string_view in_file = elf.at(begin_).substr(0, end - std::min(begin_, end));
        expected_ = in_file;
        memory_.resize(in_file.size());
        readable_ = !in_file.empty() && read(base + begin_, memory_.data(), memory_.size());
        known_.assign(in_file.size(), true);
    }

    bool readable() const { return readable_; }

    /// The file's relocations: some say what stands there, of others only the loader knew.
    void relocate(const Elf64_Rela& r) {
        if (r.r_offset < begin_ || r.r_offset - begin_ > expected_.size() ||
            expected_.size() - (r.r_offset - begin_) < sizeof(std::uint64_t))
            return;
        const std::uint64_t at = r.r_offset - begin_;
        if (adds_base(elf_, r)) {
            const std::uint64_t value = base_ + static_cast<std::uint64_t>(r.r_addend);
            std::memcpy(expected_.data() + at, &value, sizeof value);
        } else {
            constexpr std::uint64_t longest = 2 * sizeof(std::uint64_t); // what thread-local variables take
            forget(at, longest);
        }
    }

    /// The same in the packed form of newer linkers: the number is in the place itself.
    void add_base(std::uint64_t address) {
        const auto number = address < begin_ ? std::nullopt : load<std::uint64_t>(expected_, address - begin_);
        if (!number) return;
        const std::uint64_t value = *number + base_;
        std::memcpy(expected_.data() + (address - begin_), &value, sizeof value);
    }

    /// Where the dynamic section lies inside.
    void relocate_dynamic(const Elf64_Phdr& dynamic) {
        for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
            const std::uint64_t place = dynamic.p_vaddr + at - begin_;
            if (dynamic.p_vaddr + at < begin_ || place + sizeof(Elf64_Dyn) > expected_.size()) continue;
            auto entry = load<Elf64_Dyn>(expected_, place);
            if (is_of_the_loader(entry->d_tag)) forget(place + sizeof entry->d_tag, sizeof entry->d_un);
            if (!is_address(entry->d_tag)) continue;
            // Some loaders write the address there, others leave it.
            const auto mapped = load<Elf64_Dyn>(memory_, place);
            if (mapped->d_un.d_val >= base_) entry->d_un.d_val += base_;
            std::memcpy(expected_.data() + place, &*entry, sizeof *entry);
        }
    }

    /// The first entries of the table of addresses are the loader's own.
    void forget_loaders_words(std::uint64_t got) {
        if (got >= begin_ && got - begin_ < expected_.size()) forget(got - begin_, 3 * sizeof(std::uint64_t));
    }

    bool same() const {
        for (std::size_t i = 0; i < expected_.size(); ++i)
            if (known_[i] && expected_[i] != memory_[i]) return false;
        return true;
    }

private:
    void forget(std::uint64_t at, std::uint64_t size) {
        for (std::uint64_t i = at; i < std::min<std::uint64_t>(at + size, known_.size()); ++i) known_[i] = false;
    }

    const ElfFile& elf_;
    std::uint64_t begin_, base_;
    std::string expected_, memory_;
    std::vector<bool> known_; ///< of each byte: the file says what it must be
    bool readable_ = false;
};

} // namespace

Result<std::string> bytes_as_mapped(std::uint64_t base, const ReadMemory& read, std::uint64_t limit) {
    Elf64_Ehdr header;
    if (!read_as(read, base, header)) return error("its memory cannot be read");
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 || header.e_phentsize != sizeof(Elf64_Phdr))
        return error("what is mapped does not begin like a library");
    header.e_shoff = 0;
    header.e_shnum = header.e_shstrndx = 0;
    std::string out(reinterpret_cast<const char*>(&header), sizeof header);
    const auto place = [&](std::uint64_t offset, std::uint64_t size) {
        if (offset > limit || size > limit - offset) return false;
        if (out.size() < offset + size) out.resize(offset + size);
        return true;
    };
    const std::uint64_t table = std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
    if (!place(header.e_phoff, table) || !read(base + header.e_phoff, out.data() + header.e_phoff, table))
        return error("its program headers cannot be read");
    const ElfFile headers(out);
    const std::vector<Elf64_Phdr> segments = headers.segments();
    const std::uint64_t load_bias = base - lowest_page(headers);
    for (const Elf64_Phdr& h : segments) {
        if (h.p_type != PT_LOAD || h.p_filesz == 0) continue;
        if (!place(h.p_offset, h.p_filesz)) return error(fmt::format("it is larger than {} bytes", limit));
        if (!read(load_bias + h.p_vaddr, out.data() + h.p_offset, h.p_filesz))
            return error("part of its memory cannot be read");
    }
    // The first segment has brought the real header back.
    std::memcpy(out.data(), &header, sizeof header);
    for (const Elf64_Phdr& h : segments)
        if (h.p_type == PT_DYNAMIC) unrelocate(out, h, load_bias);
    return out;
}

Fit compare_with_mapped(std::string_view file, std::uint64_t base, const ReadMemory& read) {
    if (file.size() < sizeof(Elf64_Ehdr) || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0) return Fit::different;
    const ElfFile elf(file);
    // The loader takes no such file: this one was cut afterwards.
    if (elf.truncated()) return Fit::different;
    const Elf64_Phdr* dynamic = segment_of(elf, PT_DYNAMIC);
    const Elf64_Phdr* relro = segment_of(elf, PT_GNU_RELRO);
    if (dynamic == nullptr) return Fit::different;
    Sealed sealed(elf, relro != nullptr ? *relro : *dynamic, base - lowest_page(elf), read);
    if (!sealed.readable()) return Fit::unknown;
    const Dynamic table(elf.bytes_of(*dynamic));
    each_relocation(elf, table, [&](const Elf64_Rela& r) { sealed.relocate(r); });
    each_packed(elf.at(table.value(DT_RELR)).substr(0, table.value(DT_RELRSZ)),
                [&](std::uint64_t address) { sealed.add_base(address); });
    sealed.relocate_dynamic(*dynamic);
    sealed.forget_loaders_words(table.value(DT_PLTGOT));
    return sealed.same() ? Fit::same : Fit::different;
}

Fit compare_code_with_mapped(std::string_view file, std::uint64_t base, const ReadMemory& read) {
    const ElfFile elf(file);
    const std::uint64_t load_bias = base - lowest_page(elf);
    bool compared = false;
    std::string memory;
    for (const Elf64_Phdr& h : elf.segments()) {
        if (h.p_type != PT_LOAD || (h.p_flags & PF_W) != 0) continue;
        const std::string_view in_file = elf.bytes_of(h);
        if (in_file.size() != h.p_filesz) return Fit::different;
        memory.resize(in_file.size());
        if (!read(load_bias + h.p_vaddr, memory.data(), memory.size())) return Fit::unknown;
        if (memory != in_file) return Fit::different;
        compared = true;
    }
    return compared ? Fit::same : Fit::unknown;
}

} // namespace ddll::image
