#include "findings/static/facts.h"

#include "base/text.h"
#include "words/driver_api.h"

#include <algorithm>

namespace ddll::findings {
namespace {

constexpr std::string_view emulator_name = "the emulator";
constexpr std::size_t largest_file = std::size_t{2} << 30;

bool is_c_library(std::string_view name) {
    static constexpr std::string_view family[] = {"libc.so.",    "libm.so.",       "libgcc_s.so.", "libstdc++.so.",
                                                  "libdl.so.",   "libpthread.so.", "librt.so.",    "ld-linux",
                                                  "libutil.so.", "libresolv.so.",  "libmvec.so."};
    return std::any_of(std::begin(family), std::end(family), [name](auto prefix) { return name.starts_with(prefix); });
}

/// C++ templates and their like stand in every object that uses them: whose copy is taken makes no difference.
bool is_shared_by_nature(const image::ElfSymbol& symbol) {
    if (symbol.unique) return true;
    if (!symbol.weak) return false;
    static constexpr std::string_view prefixes[] = {"_ZSt", "_ZNSt", "_ZNKSt", "_ZTISt", "_ZTSSt", "_ZTVSt", "_ZTTSt",
                                                    "_ZTINSt", "_ZTSNSt", "_ZTVNSt", "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx",
                                                    // Statics of such functions, and what guards them.
                                                    "_ZZSt", "_ZZNSt", "_ZZNKSt", "_ZGVZSt", "_ZGVZNSt", "_ZGVZNKSt",
                                                    "_ZGVNSt"};
    return std::any_of(std::begin(prefixes), std::end(prefixes),
                       [&](std::string_view prefix) { return symbol.name.starts_with(prefix); });
}

bool exports_nif_init(const image::ElfFacts& elf) {
    const image::ElfSymbol* symbol = elf.find("nif_init");
    return symbol != nullptr && symbol->defined;
}

Import sorted_out(const image::ElfSymbol& symbol, const StaticFacts& facts) {
    const StaticWorld& world = *facts.world;
    if (words::named<words::ApiFunction>(symbol.name)) return {&symbol, Provider::driver_api, {}};
    if (symbol.name.starts_with("enif_") && exports_nif_init(facts.elf) && world.node.emulator(symbol.name))
        return {&symbol, Provider::nif_api, {}};
    if (world.node.emulator(symbol.name)) return {&symbol, Provider::emulator, {}};
    if (const NodeLibrary* library = world.node.listed(symbol.name))
        return {&symbol, Provider::node_library, library->name};
    if (const image::Library* library = facts.closure.definer(symbol.name)) {
        if (is_c_library(library->name)) return {&symbol, Provider::c_library, library->name};
        return {&symbol, library->of_node ? Provider::node_library : Provider::needed_library, library->name};
    }
    return {&symbol, !symbol.weak && facts.closure.incomplete() ? Provider::unknown : Provider::nobody, {}};
}

/// Does the loader look for the symbol when it could have taken the driver's own?
bool can_be_interposed(const image::ElfSymbol& symbol, const StaticFacts& facts) {
    return symbol.defined && symbol.interposable && symbol.relocated && !facts.elf.flags.symbolic &&
           symbol.name != "driver_init" && !is_shared_by_nature(symbol);
}

} // namespace

const char* name(Provider provider) {
    static constexpr const char* names[] = {"driver API",   "NIF API",        "emulator", "C library",
                                            "node library", "needed library", "nobody",   "unknown"};
    return names[static_cast<std::size_t>(provider)];
}

StaticWorld StaticWorld::make(std::vector<std::string> library_path, words::Release release, std::string root) {
    StaticWorld out;
    out.release = release;
    out.loader = image::LoaderSettings::of_this_machine(std::move(root));
    out.loader.library_path = std::move(library_path);
    for (const NodeLibrary& library : out.node.libraries()) out.loader.node_libraries.emplace_back(library.name);
    return out;
}

bool StaticFacts::imports_any(std::span<const std::string_view> names) const {
    return std::any_of(names.begin(), names.end(), [this](std::string_view wanted) {
        const auto found = std::lower_bound(imports.begin(), imports.end(), wanted,
                                            [](const Import& i, std::string_view n) { return i.symbol->name < n; });
        return found != imports.end() && found->symbol->name == wanted && !found->symbol->weak;
    });
}

std::string_view StaticFacts::host_of(std::string_view symbol) const {
    if (world->node.emulator(symbol)) return emulator_name;
    if (const NodeLibrary* library = world->node.listed(symbol)) return library->name;
    const image::Library* library = closure.definer(symbol);
    if (library == nullptr || !library->of_node) return {};
    // Of those in the list only what the list says is sure on other machines.
    const auto known = world->node.libraries();
    const bool listed = std::any_of(known.begin(), known.end(),
                                    [&](const NodeLibrary& l) { return l.listed && l.name == library->name; });
    return listed ? std::string_view() : std::string_view(library->name);
}

const image::ElfSymbol* StaticFacts::driver_init() const {
    for (const char* wanted : {"driver_init", "_driver_init"})
        if (const image::ElfSymbol* symbol = elf.find(wanted); symbol && symbol->defined) return symbol;
    return nullptr;
}

bool StaticFacts::is_nif_library() const {
    return driver_init() == nullptr && exports_nif_init(elf);
}

StaticFacts static_facts(image::ElfFacts elf, const StaticWorld& world, image::LibraryFiles& files) {
    StaticFacts out;
    out.world = &world;
    out.elf = std::move(elf);
    out.driver = out.elf.path.substr(out.elf.path.rfind('/') + 1);
    if (out.driver.ends_with(".so")) out.driver.resize(out.driver.size() - 3);
    out.closure = image::Closure(out.elf, world.loader, files);
    for (const image::ElfSymbol& symbol : out.elf.symbols)
        if (!symbol.defined && !symbol.name.empty()) out.imports.push_back(sorted_out(symbol, out));
    std::sort(out.imports.begin(), out.imports.end(),
              [](const Import& a, const Import& b) { return a.symbol->name < b.symbol->name; });
    for (const image::ElfSymbol& symbol : out.elf.symbols) {
        if (!can_be_interposed(symbol, out)) continue;
        if (const auto by = out.host_of(symbol.name); !by.empty()) out.interposed.push_back({&symbol, by});
    }
    std::sort(out.interposed.begin(), out.interposed.end(),
              [](const Interposed& a, const Interposed& b) { return a.symbol->name < b.symbol->name; });
    return out;
}

Result<StaticFacts> read_static_facts(const std::string& path, const StaticWorld& world, image::LibraryFiles& files) {
    auto content = read_file(path, largest_file);
    if (!content) return std::move(content).error();
    auto elf = image::elf_facts_of(*content, path, image::Reading::unhashed);
    if (!elf) return std::move(elf).error();
    StaticFacts out = static_facts(*std::move(elf), world, files);
    if (const auto data = image::InitialData::of(*std::move(content), path)) {
        out.entries = find_entries(*data);
        if (out.entries.empty() && out.driver_init() != nullptr) out.entries = find_unmarked_entries(*data);
    }
    if (const image::ElfSymbol* init = out.driver_init(); init && out.elf.build.debug_info)
        out.debug = image::read_debug_facts(path, init->value);
    return out;
}

} // namespace ddll::findings
