#include "image/elf_facts.h"

#include "base/text.h"
#include "image/notes.h"

#include <fmt/format.h>
#include <gelf.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

namespace ddll::image {
namespace {

constexpr std::size_t largest_file = std::size_t{2} << 30;

struct ElfEnd {
    void operator()(Elf* elf) const { elf_end(elf); }
};
using ElfHandle = std::unique_ptr<Elf, ElfEnd>;

std::uint64_t fnv1a(std::string_view bytes) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

constexpr auto here =
#if defined(__x86_64__)
    EM_X86_64;
#elif defined(__aarch64__)
    EM_AARCH64;
#else
#error "say here which machine this is"
#endif

const char* machine_name(unsigned machine) {
    switch (machine) {
    case EM_386:
        return "32-bit x86";
    case EM_X86_64:
        return "x86-64";
    case EM_ARM:
        return "32-bit ARM";
    case EM_AARCH64:
        return "64-bit ARM";
    case EM_RISCV:
        return "RISC-V";
    case EM_PPC64:
        return "64-bit PowerPC";
    case EM_S390:
        return "IBM S/390";
    default:
        return "another machine";
    }
}

/// Where the loader would find an address of the file's own address space.
class Mapping {
public:
    Mapping(std::string_view file, Elf* elf) : file_(file) {
        std::size_t count = 0;
        if (elf_getphdrnum(elf, &count) != 0) return;
        for (std::size_t i = 0; i < std::min<std::size_t>(count, 4096); ++i) {
            GElf_Phdr header;
            if (gelf_getphdr(elf, static_cast<int>(i), &header)) headers_.push_back(header);
        }
    }

    const std::vector<GElf_Phdr>& headers() const { return headers_; }

    /// The file's bytes at `address`, up to the end of its segment; empty when it is nowhere.
    std::string_view at(std::uint64_t address) const {
        for (const auto& h : headers_) {
            if (h.p_type != PT_LOAD || address < h.p_vaddr || address - h.p_vaddr >= h.p_filesz) continue;
            return bytes(h.p_offset, h.p_filesz).substr(std::min<std::uint64_t>(address - h.p_vaddr, h.p_filesz));
        }
        return {};
    }

    /// Part of the file, as much as there is.
    std::string_view bytes(std::uint64_t offset, std::uint64_t size) const {
        if (offset >= file_.size()) return {};
        return file_.substr(offset, size);
    }

    std::string_view bytes_of(const GElf_Phdr& h) const { return bytes(h.p_offset, h.p_filesz); }

    /// The first segment that reaches beyond the end of the file.
    bool truncated() const {
        for (const auto& h : headers_)
            if (h.p_type == PT_LOAD && (h.p_offset > file_.size() || h.p_filesz > file_.size() - h.p_offset))
                return true;
        return false;
    }

private:
    std::string_view file_;
    std::vector<GElf_Phdr> headers_;
};

template <class T>
std::optional<T> load(std::string_view bytes, std::uint64_t offset) {
    if (offset > bytes.size() || bytes.size() - offset < sizeof(T)) return std::nullopt;
    T out;
    std::memcpy(&out, bytes.data() + offset, sizeof out);
    return out;
}

std::string text_at(std::string_view table, std::uint64_t offset) {
    if (offset >= table.size()) return {};
    table.remove_prefix(offset);
    return std::string(table.substr(0, table.find('\0')));
}

/// What the dynamic section says, as the loader reads it: by address, never by section.
struct Dynamic {
    std::uint64_t strings = 0, strings_size = 0, symbols = 0, hash = 0, gnu_hash = 0;
    std::uint64_t rela = 0, rela_size = 0, plt = 0, plt_size = 0, plt_kind = DT_RELA;
    std::uint64_t soname = UINT64_MAX, runpath = UINT64_MAX, rpath = UINT64_MAX;
    std::vector<std::uint64_t> needed;
    std::uint64_t flags = 0, flags_1 = 0;
};

Dynamic read_dynamic(std::string_view section) {
    Dynamic d;
    for (std::uint64_t at = 0;; at += sizeof(Elf64_Dyn)) {
        const auto entry = load<Elf64_Dyn>(section, at);
        if (!entry || entry->d_tag == DT_NULL) return d;
        const std::uint64_t value = entry->d_un.d_val;
        switch (entry->d_tag) {
        case DT_STRTAB:
            d.strings = value;
            break;
        case DT_STRSZ:
            d.strings_size = value;
            break;
        case DT_SYMTAB:
            d.symbols = value;
            break;
        case DT_HASH:
            d.hash = value;
            break;
        case DT_GNU_HASH:
            d.gnu_hash = value;
            break;
        case DT_RELA:
            d.rela = value;
            break;
        case DT_RELASZ:
            d.rela_size = value;
            break;
        case DT_JMPREL:
            d.plt = value;
            break;
        case DT_PLTRELSZ:
            d.plt_size = value;
            break;
        case DT_PLTREL:
            d.plt_kind = value;
            break;
        case DT_SONAME:
            d.soname = value;
            break;
        case DT_RUNPATH:
            d.runpath = value;
            break;
        case DT_RPATH:
            d.rpath = value;
            break;
        case DT_NEEDED:
            d.needed.push_back(value);
            break;
        case DT_FLAGS:
            d.flags = value;
            break;
        case DT_FLAGS_1:
            d.flags_1 = value;
            break;
        default:
            break;
        }
    }
}

/// Calls `f` with the number of every symbol that a relocation of one table names.
template <class F>
void each_relocated(const Mapping& map, std::uint64_t address, std::uint64_t size, F&& f) {
    const std::string_view table = map.at(address).substr(0, size);
    for (std::uint64_t at = 0; const auto r = load<Elf64_Rela>(table, at); at += sizeof(Elf64_Rela)) {
        const std::uint64_t symbol = ELF64_R_SYM(r->r_info);
        if (symbol != 0) f(symbol);
    }
}

/// The loader needs no count of symbols, so the file tells it only indirectly: by the old hash table, else by what the
/// new one and the relocations reach (the new one leaves undefined symbols out).
std::uint64_t symbol_count(const Mapping& map, const Dynamic& d) {
    if (d.hash != 0)
        if (const auto chains = load<std::uint32_t>(map.at(d.hash), 4)) return *chains;
    std::uint64_t count = 0;
    if (d.gnu_hash != 0) {
        const std::string_view table = map.at(d.gnu_hash);
        const auto buckets = load<std::uint32_t>(table, 0), first = load<std::uint32_t>(table, 4),
                   bloom = load<std::uint32_t>(table, 8);
        if (buckets && first && bloom) {
            const std::uint64_t bucket_at = 16 + std::uint64_t{*bloom} * 8;
            const std::uint64_t chain_at = bucket_at + std::uint64_t{*buckets} * 4;
            count = *first;
            std::uint64_t last = 0;
            for (std::uint32_t i = 0; i < *buckets; ++i) {
                const auto head = load<std::uint32_t>(table, bucket_at + std::uint64_t{i} * 4);
                if (!head) break;
                last = std::max<std::uint64_t>(last, *head);
            }
            if (last >= *first && last != 0) {
                while (const auto link = load<std::uint32_t>(table, chain_at + (last - *first) * 4)) {
                    ++last;
                    if ((*link & 1) != 0) break;
                }
                count = last;
            }
        }
    }
    const auto grow = [&count](std::uint64_t symbol) { count = std::max(count, symbol + 1); };
    each_relocated(map, d.rela, d.rela_size, grow);
    if (d.plt_kind == DT_RELA) each_relocated(map, d.plt, d.plt_size, grow);
    return count;
}

void read_symbols(const Mapping& map, const Dynamic& d, std::string_view strings, ElfFacts& facts) {
    const std::string_view table = map.at(d.symbols);
    const std::uint64_t count = std::min<std::uint64_t>(symbol_count(map, d), table.size() / sizeof(Elf64_Sym));
    for (std::uint64_t i = 1; i < count; ++i) {
        const auto symbol = load<Elf64_Sym>(table, i * sizeof(Elf64_Sym));
        if (!symbol) break;
        ElfSymbol out;
        out.name = text_at(strings, symbol->st_name);
        out.defined = symbol->st_shndx != SHN_UNDEF;
        const unsigned bind = ELF64_ST_BIND(symbol->st_info), type = ELF64_ST_TYPE(symbol->st_info);
        out.weak = bind == STB_WEAK;
        out.unique = bind == STB_GNU_UNIQUE;
        out.function = type == STT_FUNC || type == STT_GNU_IFUNC;
        out.value = symbol->st_value;
        out.size = symbol->st_size;
        facts.symbols.push_back(std::move(out));
    }
    const auto mark = [&facts](std::uint64_t symbol) {
        if (symbol - 1 < facts.symbols.size()) facts.symbols[symbol - 1].relocated = true;
    };
    each_relocated(map, d.rela, d.rela_size, mark);
    if (d.plt_kind == DT_RELA) each_relocated(map, d.plt, d.plt_size, mark);
}

/// Sections are for debuggers; a loader does without, so their absence or nonsense is no error.
bool has_debug_sections(Elf* elf) {
    std::size_t names = 0;
    if (elf_getshdrstrndx(elf, &names) != 0) return false;
    Elf_Scn* section = nullptr;
    while ((section = elf_nextscn(elf, section))) {
        GElf_Shdr header;
        if (!gelf_getshdr(section, &header)) continue;
        const char* name = elf_strptr(elf, names, header.sh_name);
        if (!name) continue;
        const std::string_view n = name;
        if (n == ".debug_info" || n == ".debug_line" || n == ".zdebug_info" || n == ".zdebug_line") return true;
    }
    return false;
}

/// What keeps the file from being a driver whatever it contains, in words; empty when nothing does.
std::optional<Error> unfit(const std::string& path, std::string_view file) {
    if (file.empty()) return error(fmt::format("{} is empty", path), "was the copy or the build interrupted?");
    if (file.substr(0, 4) != std::string_view(ELFMAG, SELFMAG)) {
        const bool script = file.substr(0, 2) == "#!";
        const bool archive = file.substr(0, 8) == "!<arch>\n";
        if (std::string_view(ELFMAG, SELFMAG).starts_with(file))
            return error(fmt::format("{} is truncated: only {} bytes", path, file.size()));
        return error(fmt::format("{} is not a shared object: {}", path,
                                 script    ? "it is a script"
                                 : archive ? "it is a static library"
                                           : "it does not begin as an ELF file does"),
                     "link the driver with -shared");
    }
    if (file.size() < sizeof(Elf64_Ehdr))
        return error(fmt::format("{} is truncated: only {} bytes", path, file.size()));
    if (file[EI_CLASS] != ELFCLASS64 || file[EI_DATA] != ELFDATA2LSB)
        return error(fmt::format("{} is for another word size or byte order: {}-bit, {}-endian", path,
                                 file[EI_CLASS] == ELFCLASS32 ? "32" : "64",
                                 file[EI_DATA] == ELFDATA2MSB ? "big" : "little"),
                     "build the driver for this machine");
    const auto header = *load<Elf64_Ehdr>(file, 0);
    if (header.e_machine != here)
        return error(
            fmt::format("{} is for {}, this machine is {}", path, machine_name(header.e_machine), machine_name(here)),
            "build the driver for this machine");
    if (header.e_type == ET_REL)
        return error(fmt::format("{} is an object file, not a shared object", path), "link the driver with -shared");
    if (header.e_type == ET_CORE) return error(fmt::format("{} is a core dump, not a shared object", path));
    if (header.e_type != ET_DYN)
        return error(fmt::format("{} is an executable, not a shared object", path),
                     "link the driver with -shared -fPIC");
    if (header.e_phoff > file.size() ||
        std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr) > file.size() - header.e_phoff)
        return error(fmt::format("{} is truncated: its program headers lie beyond its end", path),
                     "was the copy or the build interrupted?");
    return std::nullopt;
}

} // namespace

const ElfSymbol* ElfFacts::find(std::string_view name) const {
    for (const ElfSymbol& s : symbols)
        if (s.name == name) return &s;
    return nullptr;
}

bool ElfFacts::imports(std::string_view name) const {
    return std::any_of(symbols.begin(), symbols.end(),
                       [name](const ElfSymbol& s) { return !s.defined && s.name == name; });
}

Result<ElfFacts> read_elf_facts(const std::string& path) {
    auto content = read_file(path, largest_file);
    if (!content) return std::move(content).error();
    std::string& file = *content;
    if (auto failure = unfit(path, file)) return *std::move(failure);

    ElfFacts facts;
    facts.path = path;
    facts.content_hash = fnv1a(file);
    elf_version(EV_CURRENT);
    const ElfHandle elf(elf_memory(file.data(), file.size()));
    if (!elf) return error(fmt::format("{} is damaged: {}", path, elf_errmsg(-1)));
    const Mapping map(file, elf.get());
    if (map.truncated())
        return error(fmt::format("{} is truncated: a segment reaches beyond its {} bytes", path, file.size()),
                     "was the copy or the build interrupted?");

    facts.executable_stack = true; // what no header means
    bool loadable = false, interpreter = false;
    std::string_view dynamic;
    for (const auto& h : map.headers()) {
        switch (h.p_type) {
        case PT_LOAD:
            loadable = true;
            break;
        case PT_INTERP:
            interpreter = true;
            break;
        case PT_DYNAMIC:
            dynamic = map.bytes_of(h);
            break;
        case PT_GNU_STACK:
            facts.executable_stack = (h.p_flags & PF_X) != 0;
            break;
        case PT_NOTE:
            if (facts.build_id.empty()) facts.build_id = build_id_in_notes(map.bytes_of(h), h.p_align);
            break;
        default:
            break;
        }
    }
    if (!loadable) return error(fmt::format("{} is damaged: nothing in it can be loaded", path));
    if (dynamic.empty())
        return error(fmt::format("{} is not a shared object: it has no dynamic section", path),
                     "link the driver with -shared");

    const Dynamic d = read_dynamic(dynamic);
    // A library that can also be started has an interpreter but no such flag.
    if ((d.flags_1 & DF_1_PIE) != 0 || (interpreter && d.soname == UINT64_MAX && (d.flags_1 & DF_1_NOOPEN) != 0))
        return error(fmt::format("{} is an executable, not a shared object", path),
                     "link the driver with -shared -fPIC");
    const std::string_view strings = map.at(d.strings).substr(0, d.strings_size);
    facts.soname = text_at(strings, d.soname);
    for (const auto offset : d.needed) facts.needed.push_back(text_at(strings, offset));
    facts.runpath = text_at(strings, d.runpath != UINT64_MAX ? d.runpath : d.rpath);
    facts.nodelete = (d.flags_1 & DF_1_NODELETE) != 0;
    facts.static_tls = (d.flags & DF_STATIC_TLS) != 0;
    read_symbols(map, d, strings, facts);
    facts.has_debug_info = has_debug_sections(elf.get());
    return facts;
}

} // namespace ddll::image
