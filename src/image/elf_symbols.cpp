#include "image/elf_parts.h"

#include <algorithm>
#include <map>

namespace ddll::image {
namespace {

constexpr std::size_t longest_name = 16 * 1024, most_versions = 4096;

struct RelocationType {
    std::uint64_t type;
    RelocationKind kind;
};
#if defined(__x86_64__)
constexpr std::uint64_t fixed_tls = R_X86_64_TPOFF64;
constexpr RelocationType relocation_types[] = {
    {R_X86_64_JUMP_SLOT, RelocationKind::plt}, {R_X86_64_GLOB_DAT, RelocationKind::got},
    {R_X86_64_64, RelocationKind::absolute},   {R_X86_64_COPY, RelocationKind::copy},
    {R_X86_64_DTPMOD64, RelocationKind::tls},  {R_X86_64_DTPOFF64, RelocationKind::tls},
    {R_X86_64_TPOFF64, RelocationKind::tls},   {R_X86_64_TLSDESC, RelocationKind::tls}};
#else
constexpr std::uint64_t fixed_tls = R_AARCH64_TLS_TPREL;
constexpr RelocationType relocation_types[] = {
    {R_AARCH64_JUMP_SLOT, RelocationKind::plt},  {R_AARCH64_GLOB_DAT, RelocationKind::got},
    {R_AARCH64_ABS64, RelocationKind::absolute}, {R_AARCH64_COPY, RelocationKind::copy},
    {R_AARCH64_TLS_DTPMOD, RelocationKind::tls}, {R_AARCH64_TLS_DTPREL, RelocationKind::tls},
    {R_AARCH64_TLS_TPREL, RelocationKind::tls},  {R_AARCH64_TLSDESC, RelocationKind::tls}};
#endif

RelocationKind kind_of(std::uint64_t type) {
    for (const RelocationType& known : relocation_types)
        if (known.type == type) return known.kind;
    return RelocationKind::other;
}

/// One more than the highest number that the newer hash table reaches.
std::uint64_t count_by_gnu_hash(std::string_view table) {
    const auto buckets = load<std::uint32_t>(table, 0), first = load<std::uint32_t>(table, 4),
               bloom = load<std::uint32_t>(table, 8);
    if (!buckets || !first || !bloom) return 0;
    const std::uint64_t bucket_at = 16 + std::uint64_t{*bloom} * 8;
    const std::uint64_t chain_at = bucket_at + std::uint64_t{*buckets} * 4;
    std::uint64_t last = 0;
    for (std::uint32_t i = 0; i < *buckets; ++i) {
        const auto head = load<std::uint32_t>(table, bucket_at + std::uint64_t{i} * 4);
        if (!head) break;
        last = std::max<std::uint64_t>(last, *head);
    }
    if (last < *first || last == 0) return *first;
    while (const auto link = load<std::uint32_t>(table, chain_at + (last - *first) * 4)) {
        ++last;
        if ((*link & 1) != 0) break;
    }
    return last;
}

/// Empty where the file has no such table.
std::string_view table_of(const ElfFile& file, const Dynamic& d, std::int64_t tag) {
    const std::uint64_t address = d.value(tag);
    return address != 0 ? file.at(address) : std::string_view{};
}

/// The loader needs no count of symbols, so the file tells it only indirectly: by the old hash table, else by what the
/// new one and the relocations reach (the new one leaves undefined symbols out).
std::uint64_t symbol_count(const ElfFile& file, const Dynamic& d) {
    if (const auto chains = load<std::uint32_t>(table_of(file, d, DT_HASH), 4)) return *chains;
    std::uint64_t count = count_by_gnu_hash(table_of(file, d, DT_GNU_HASH));
    each_relocation(file, d, [&count](const Elf64_Rela& r) {
        const std::uint64_t symbol = ELF64_R_SYM(r.r_info);
        if (symbol != 0) count = std::max(count, symbol + 1);
    });
    return count;
}

using Versions = std::map<std::uint16_t, std::string>; ///< by the numbers of the file's symbol version table

void read_needs(std::string_view table, std::string_view strings, ElfFacts& facts, Versions& versions) {
    for (std::uint64_t at = 0, files = 0; files < most_versions; ++files) {
        const auto need = load<Elf64_Verneed>(table, at);
        if (!need) return;
        const std::string library(text_at(strings, need->vn_file));
        std::uint64_t inner = at + need->vn_aux;
        for (unsigned i = 0; i < need->vn_cnt && facts.version_needs.size() < most_versions; ++i) {
            const auto entry = load<Elf64_Vernaux>(table, inner);
            if (!entry) break;
            const std::string version(text_at(strings, entry->vna_name));
            versions.emplace(entry->vna_other & 0x7fff, version);
            facts.version_needs.push_back({library, version, (entry->vna_flags & VER_FLG_WEAK) != 0});
            if (entry->vna_next == 0) break;
            inner += entry->vna_next;
        }
        if (need->vn_next == 0) return;
        at += need->vn_next;
    }
}

void read_definitions(std::string_view table, std::string_view strings, ElfFacts& facts, Versions& versions) {
    for (std::uint64_t at = 0, count = 0; count < most_versions; ++count) {
        const auto definition = load<Elf64_Verdef>(table, at);
        if (!definition) return;
        if (const auto entry = load<Elf64_Verdaux>(table, at + definition->vd_aux)) {
            const std::string version(text_at(strings, entry->vda_name));
            if ((definition->vd_flags & VER_FLG_BASE) == 0) {
                versions.emplace(definition->vd_ndx & 0x7fff, version);
                facts.version_definitions.push_back(version);
            }
        }
        if (definition->vd_next == 0) return;
        at += definition->vd_next;
    }
}

ElfSymbol copied(const Elf64_Sym& symbol, std::string_view strings) {
    ElfSymbol out;
    out.name = text_at(strings, symbol.st_name, longest_name);
    out.defined = symbol.st_shndx != SHN_UNDEF;
    const unsigned bind = ELF64_ST_BIND(symbol.st_info), type = ELF64_ST_TYPE(symbol.st_info);
    out.weak = bind == STB_WEAK;
    out.unique = bind == STB_GNU_UNIQUE;
    out.function = type == STT_FUNC || type == STT_GNU_IFUNC;
    out.interposable = bind != STB_LOCAL && ELF64_ST_VISIBILITY(symbol.st_other) == STV_DEFAULT;
    out.value = symbol.st_value;
    out.size = symbol.st_size;
    return out;
}

} // namespace

bool read_symbols(const ElfFile& file, const Dynamic& d, std::string_view strings, ElfFacts& facts) {
    Versions versions;
    read_needs(table_of(file, d, DT_VERNEED), strings, facts, versions);
    read_definitions(table_of(file, d, DT_VERDEF), strings, facts, versions);
    const std::string_view numbers = table_of(file, d, DT_VERSYM);
    const std::string_view table = file.at(d.value(DT_SYMTAB));
    const std::uint64_t count = std::min<std::uint64_t>(symbol_count(file, d), table.size() / sizeof(Elf64_Sym));
    const std::uint64_t most_bytes = std::max(std::uint64_t{1} << 20, facts.file_size * 16);
    std::uint64_t bytes = 0;
    facts.symbols.reserve(count > 0 ? count - 1 : 0);
    for (std::uint64_t i = 1; i < count; ++i) {
        const auto symbol = load<Elf64_Sym>(table, i * sizeof(Elf64_Sym));
        if (!symbol) break;
        ElfSymbol out = copied(*symbol, strings);
        if (const auto number = load<std::uint16_t>(numbers, i * 2)) {
            const auto version = versions.find(*number & 0x7fff);
            if (version != versions.end()) out.version = version->second;
        }
        bytes += out.name.size() + out.version.size();
        if (bytes > most_bytes) return false;
        facts.symbols.push_back(std::move(out));
    }
    each_relocation(file, d, [&facts](const Elf64_Rela& r) {
        const std::uint64_t type = ELF64_R_TYPE(r.r_info), number = ELF64_R_SYM(r.r_info);
        if (type == fixed_tls) ++facts.tls.fixed_uses;
        if (number == 0 || number - 1 >= facts.symbols.size()) return;
        ElfSymbol& symbol = facts.symbols[number - 1];
        if (symbol.relocated) return;
        symbol.relocated = true;
        symbol.relocation = kind_of(type);
        symbol.relocation_at = r.r_offset;
    });
    return true;
}

} // namespace ddll::image
