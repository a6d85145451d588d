#include "image/elf_parts.h"

#include "image/symbolize.h"

#include <algorithm>
#include <map>
#include <set>

namespace ddll::image {
namespace {

constexpr std::size_t most_compilers = 16, most_frames = 64;
constexpr std::uint64_t big_frame = 16 * 1024;

bool is_debug_section(std::string_view name) {
    return name == ".debug_info" || name == ".debug_line" || name == ".zdebug_info" || name == ".zdebug_line";
}

/// Texts one after the other, one for each compiler that had a part in the file; often the same many times.
void read_compilers(std::string_view comment, ElfFacts& facts) {
    for (std::size_t at = 0; at < comment.size() && facts.build.compilers.size() < most_compilers;) {
        const std::string text(text_at(comment, at, 256));
        at = std::min(comment.find('\0', at), comment.size() - 1) + 1;
        if (!text.empty() &&
            std::find(facts.build.compilers.begin(), facts.build.compilers.end(), text) == facts.build.compilers.end())
            facts.build.compilers.push_back(text);
    }
}

/// Addresses of the functions that the loader runs before dlopen returns.
std::set<std::uint64_t> constructors(const ElfFile& file, const Dynamic& d) {
    std::set<std::uint64_t> out;
    const std::uint64_t begin = d.value(DT_INIT_ARRAY), size = d.value(DT_INIT_ARRAYSZ);
    const std::string_view array = file.at(begin).substr(0, size);
    for (std::uint64_t at = 0; const auto address = load<std::uint64_t>(array, at); at += 8) out.insert(*address);
    // Usually a relocation brings the address.
    each_relocation(file, d, [&](const Elf64_Rela& r) {
        if (r.r_offset - begin < size) out.insert(static_cast<std::uint64_t>(r.r_addend));
    });
    return out;
}

struct Named {
    std::string_view name;
    std::uint64_t value, size;
    bool function, object;
};

template <class F>
void each_named(const ElfFile& file, const Section& table, F&& f) {
    if (table.header.sh_link == 0 || table.header.sh_link > file.sections().size()) return;
    const std::string_view names = file.bytes_of(file.sections()[table.header.sh_link - 1]);
    const std::string_view symbols = file.bytes_of(table);
    for (std::uint64_t at = 0; const auto s = load<Elf64_Sym>(symbols, at); at += sizeof(Elf64_Sym))
        if (s->st_shndx != SHN_UNDEF)
            f(Named{text_at(names, s->st_name), s->st_value, s->st_size, ELF64_ST_TYPE(s->st_info) == STT_FUNC,
                    ELF64_ST_TYPE(s->st_info) == STT_OBJECT});
}

/// Pairs of an address and a number of bytes in LEB128.
void read_frames(const ElfFile& file, std::string_view bytes, const Section* names, ElfFacts& facts) {
    struct Frame {
        std::uint64_t address, bytes;
    };
    std::vector<Frame> frames;
    for (std::uint64_t at = 0; const auto address = load<std::uint64_t>(bytes, at);) {
        at += 8;
        std::uint64_t size = 0;
        for (unsigned shift = 0; at < bytes.size(); shift += 7) {
            const auto byte = static_cast<unsigned char>(bytes[at++]);
            if (shift < 63) size |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80) == 0) break;
        }
        if (size >= big_frame) frames.push_back({*address, size});
    }
    std::sort(frames.begin(), frames.end(), [](const Frame& a, const Frame& b) {
        return a.bytes != b.bytes ? a.bytes > b.bytes : a.address < b.address;
    });
    if (frames.size() > most_frames) frames.resize(most_frames);
    for (const Frame& frame : frames) {
        std::string function;
        if (names)
            each_named(file, *names, [&](const Named& n) {
                if (n.function && n.value == frame.address && function.empty())
                    function = demangled(std::string(n.name));
            });
        facts.build.big_frames.push_back({std::move(function), frame.bytes});
    }
}

/// Linkers put tables of their own among the writable sections, and start files a few bytes.
bool holds_variables(const Section& s) {
    const auto& h = s.header;
    if ((h.sh_flags & SHF_WRITE) == 0 || (h.sh_flags & SHF_ALLOC) == 0 || (h.sh_flags & SHF_TLS) != 0) return false;
    if (h.sh_type == SHT_INIT_ARRAY || h.sh_type == SHT_FINI_ARRAY || h.sh_type == SHT_DYNAMIC) return false;
    return !s.name.starts_with(".got") && !s.name.starts_with(".plt") && s.name != ".tm_clone_table";
}

} // namespace

void read_sections(const ElfFile& file, const Dynamic& d, ElfFacts& facts) {
    std::uint64_t relro_begin = 0, relro_size = 0;
    for (const auto& h : file.segments())
        if (h.p_type == PT_GNU_RELRO) {
            relro_begin = h.p_vaddr;
            relro_size = h.p_memsz;
        }
    const Section* symbols = nullptr;
    std::string_view frames;
    std::vector<const Section*> variables;
    for (const Section& s : file.sections()) {
        if ((s.header.sh_flags & SHF_ALLOC) != 0)
            facts.sections.push_back({std::string(s.name), s.header.sh_addr, s.header.sh_size});
        if (is_debug_section(s.name)) facts.build.debug_info = true;
        if (s.name == ".comment") read_compilers(file.bytes_of(s), facts);
        if (s.header.sh_type == SHT_SYMTAB) symbols = &s;
        if (s.name == ".stack_sizes") frames = file.bytes_of(s);
        const bool read_only_later = s.header.sh_addr - relro_begin < relro_size;
        if (!holds_variables(s) || read_only_later || facts.writable_bytes + s.header.sh_size <= facts.writable_bytes)
            continue;
        facts.writable_bytes += s.header.sh_size;
        variables.push_back(&s);
    }
    if (symbols) {
        facts.build.symbol_table = true;
        const auto run_first = constructors(file, d);
        // One variable may have several names.
        std::map<std::uint64_t, std::uint64_t> named;
        each_named(file, *symbols, [&](const Named& n) {
            if (n.function && n.name == "set_fast_math" && run_first.contains(n.value)) facts.build.fast_math = true;
            if (n.function && n.name == "driver_init") facts.build.local_driver_init = true;
            if (!n.object || n.size == 0 || n.name.starts_with("completed.")) return; // that one is the start files'
            for (const Section* section : variables)
                if (n.value - section->header.sh_addr < section->header.sh_size)
                    named[n.value] = std::max(named[n.value], std::min(n.size, section->header.sh_size));
        });
        facts.writable_bytes = 0;
        for (const auto& [address, size] : named) facts.writable_bytes += size;
    }
    read_frames(file, frames, symbols, facts);
}

} // namespace ddll::image
