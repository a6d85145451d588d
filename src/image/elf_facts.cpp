#include "image/elf_facts.h"

#include "base/text.h"
#include "image/elf_file.h"
#include "image/elf_parts.h"
#include "image/notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace ddll::image {
namespace {

constexpr std::size_t most_needed = 4096;

constexpr std::uint64_t nowhere = UINT64_MAX; ///< in a table of texts

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

constexpr struct {
    unsigned number;
    const char* name;
} machines[] = {{EM_386, "32-bit x86"},     {EM_X86_64, "x86-64"}, {EM_ARM, "32-bit ARM"},
                {EM_AARCH64, "64-bit ARM"}, {EM_RISCV, "RISC-V"},  {EM_PPC64, "64-bit PowerPC"},
                {EM_S390, "IBM S/390"}};

const char* machine_name(unsigned number) {
    for (const auto& machine : machines)
        if (machine.number == number) return machine.name;
    return "another machine";
}

/// What the segments say; the bytes of the dynamic section.
std::string_view read_segments(const ElfFile& file, ElfFacts& facts) {
    std::string_view dynamic;
    for (const auto& h : file.segments()) {
        switch (h.p_type) {
        case PT_DYNAMIC:
            dynamic = file.bytes_of(h);
            break;
        case PT_GNU_STACK:
            facts.stack = (h.p_flags & PF_X) != 0 ? DeclaredStack::executable : DeclaredStack::plain;
            break;
        case PT_TLS:
            facts.tls.size = h.p_memsz;
            break;
        case PT_NOTE:
            if (facts.build_id.empty()) facts.build_id = build_id_in_notes(file.bytes_of(h), h.p_align);
            break;
        default:
            break;
        }
    }
    return dynamic;
}

void copy_dynamic(const Dynamic& d, std::string_view strings, ElfFacts& facts) {
    const auto text = [&](std::int64_t tag) { return text_at(strings, d.value(tag, nowhere)); };
    facts.soname = text(DT_SONAME);
    facts.rpath = text(DT_RPATH);
    facts.runpath = text(DT_RUNPATH);
    for (const auto offset : d.all(DT_NEEDED))
        if (facts.needed.size() < most_needed) facts.needed.emplace_back(text_at(strings, offset));
    const std::uint64_t flags = d.value(DT_FLAGS), flags_1 = d.value(DT_FLAGS_1);
    facts.flags.nodelete = (flags_1 & DF_1_NODELETE) != 0;
    facts.flags.initfirst = (flags_1 & DF_1_INITFIRST) != 0;
    facts.flags.bind_now = (flags_1 & DF_1_NOW) != 0 || (flags & DF_BIND_NOW) != 0;
    facts.flags.static_tls = (flags & DF_STATIC_TLS) != 0;
    facts.flags.symbolic = d.has(DT_SYMBOLIC) || (flags & DF_SYMBOLIC) != 0;
    facts.flags.text_relocations = d.has(DT_TEXTREL) || (flags & DF_TEXTREL) != 0;
    const auto functions = [&](std::int64_t single, std::int64_t array_size) {
        return static_cast<std::uint32_t>(std::min<std::uint64_t>(d.value(array_size) / 8, facts.file_size) +
                                          (d.value(single) != 0 ? 1 : 0));
    };
    facts.constructors = functions(DT_INIT, DT_INIT_ARRAYSZ);
    facts.destructors = functions(DT_FINI, DT_FINI_ARRAYSZ);
}

} // namespace

std::optional<Error> unfit_for_loading(const std::string& path, std::string_view file) {
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

const ElfSymbol* ElfFacts::find(std::string_view name) const {
    for (const ElfSymbol& s : symbols)
        if (s.name == name) return &s;
    return nullptr;
}

bool ElfFacts::imports(std::string_view name) const {
    return std::any_of(symbols.begin(), symbols.end(),
                       [name](const ElfSymbol& s) { return !s.defined && s.name == name; });
}

std::string ElfFacts::place(std::uint64_t address) const {
    for (const ElfSection& s : sections)
        if (address - s.address < s.size) return fmt::format("{}+0x{:x}", s.name, address - s.address);
    return fmt::format("0x{:x}", address);
}

Result<ElfFacts> read_elf_facts(const std::string& path, Reading reading) {
    const auto content = read_file(path, largest_file);
    if (!content) return content.error();
    return elf_facts_of(*content, path, reading);
}

Result<ElfFacts> elf_facts_of(std::string_view bytes, const std::string& path, Reading reading) {
    if (auto failure = unfit_for_loading(path, bytes)) return *std::move(failure);
    ElfFacts facts;
    facts.path = path;
    facts.file_size = bytes.size();
    facts.machine = machine_name(here);
    if (reading == Reading::everything) facts.content_hash = fnv1a(bytes);
    const ElfFile file(bytes);
    if (file.truncated())
        return error(fmt::format("{} is truncated: a segment reaches beyond its {} bytes", path, bytes.size()),
                     "was the copy or the build interrupted?");
    const auto has = [&](std::uint32_t type) {
        return std::any_of(file.segments().begin(), file.segments().end(),
                           [type](const Elf64_Phdr& h) { return h.p_type == type; });
    };
    if (!has(PT_LOAD)) return error(fmt::format("{} is damaged: nothing in it can be loaded", path));
    const std::string_view dynamic = read_segments(file, facts);
    if (dynamic.empty())
        return error(fmt::format("{} is not a shared object: it has no dynamic section", path),
                     "link the driver with -shared");
    const Dynamic d(dynamic);
    const std::uint64_t flags_1 = d.value(DT_FLAGS_1);
    // A library that can also be started has an interpreter but no such flag.
    if ((flags_1 & DF_1_PIE) != 0 ||
        (has(PT_INTERP) && d.value(DT_SONAME, nowhere) == nowhere && (flags_1 & DF_1_NOOPEN) != 0))
        return error(fmt::format("{} is an executable, not a shared object", path),
                     "link the driver with -shared -fPIC");
    const std::string_view strings = file.at(d.value(DT_STRTAB)).substr(0, d.value(DT_STRSZ));
    copy_dynamic(d, strings, facts);
    if (!read_symbols(file, d, strings, facts))
        return error(fmt::format("{} is damaged: its symbols have more names than the file has room for", path));
    if (reading != Reading::linkage) read_sections(file, d, facts);
    if (reading == Reading::identity && facts.build_id.empty()) facts.content_hash = fnv1a(bytes);
    return facts;
}

} // namespace ddll::image
