// What the loader will find, or not, or find elsewhere.
#include "findings/static/collector.h"
#include "image/symbolize.h"

#include "base/text.h"

#include <erl_driver.h>
#include <fmt/format.h>

#include <algorithm>

namespace ddll::findings {
namespace {

/// Runtimes of sanitizers are told apart by a rule of their own.
bool of_sanitizer(std::string_view name) {
    static constexpr std::string_view prefixes[] = {"__asan_", "__tsan_",     "__msan_",  "__hwasan_",     "__ubsan_",
                                                    "__lsan_", "__sanitizer", "__sancov", "__interceptor_"};
    return std::any_of(std::begin(prefixes), std::end(prefixes),
                       [name](auto prefix) { return name.starts_with(prefix); });
}

std::string with_version(const image::ElfSymbol& symbol) {
    const std::string name = image::demangled(symbol.name);
    return symbol.version.empty() ? name : fmt::format("{}@{}", name, symbol.version);
}

void find_missing_symbols(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    std::vector<std::string> missing, unknown;
    for (const Import& import : facts.imports) {
        if (import.symbol->weak || of_sanitizer(import.symbol->name)) continue;
        if (import.provider == Provider::nobody) missing.push_back(with_version(*import.symbol));
        if (import.provider == Provider::unknown) unknown.push_back(with_version(*import.symbol));
    }
    if (!missing.empty()) out.add(Rule::missing_symbol, Doubt::certain, "nobody has " + listed(missing, 10));
    if (!unknown.empty())
        out.add(
            Rule::missing_symbol, Doubt::possible,
            fmt::format("nobody that was found has {}; a library is missing, which may have them", listed(unknown)));
    // The libraries that come with the driver are bound at the same moment.
    for (const image::Library& library : facts.closure.libraries()) {
        if (!library.facts || library.of_node || library.of_system || facts.closure.incomplete()) continue;
        std::vector<std::string> theirs;
        for (const auto& symbol : library.facts->symbols) {
            if (symbol.defined || symbol.weak || symbol.name.empty() || of_sanitizer(symbol.name)) continue;
            if (facts.world->node.emulator(symbol.name) || facts.world->node.listed(symbol.name)) continue;
            const image::ElfSymbol* own = facts.elf.find(symbol.name);
            if ((own && own->defined) || facts.closure.definer(symbol.name)) continue;
            theirs.push_back(with_version(symbol));
        }
        if (!theirs.empty())
            out.add(Rule::missing_symbol, Doubt::certain,
                    fmt::format("nobody has {}, which {} needs", listed(theirs), library.name));
    }
}

void find_missing_libraries(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    for (const image::Library& library : facts.closure.libraries()) {
        if (library.of_node || library.facts) continue;
        const std::string whose = fmt::format("needed by {}", listed(library.needed_by));
        if (library.path.empty())
            out.add(Rule::missing_dependency, Doubt::certain, fmt::format("{} was not found, {}", library.name, whose));
        else
            out.add(Rule::missing_dependency, Doubt::certain,
                    fmt::format("{} cannot be used, {}: {}", library.name, whose, library.trouble));
    }
    for (const image::MissingVersion& missing : facts.closure.missing_versions())
        out.add(Rule::missing_dependency, Doubt::certain,
                fmt::format("{} needs version {} of {}, and {} does not define it", missing.needed_by, missing.version,
                            missing.library, missing.path));
    for (const image::RelativeEntry& entry : facts.closure.relative())
        out.add(Rule::missing_dependency, Doubt::possible,
                entry.owner.empty()
                    ? fmt::format("--library-path has the relative folder {:?}", entry.entry)
                    : fmt::format("{} of {} has {:?}, which is relative to the node's current directory", entry.kind,
                                  entry.owner, entry.entry));
}

void find_driver_init(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    if (facts.driver_init()) return;
    if (facts.is_nif_library()) {
        out.add(Rule::nif_library, Doubt::certain, "exports nif_init, and no driver_init");
        return;
    }
    std::vector<std::string> near;
    std::vector<std::string_view> functions;
    for (const auto& symbol : facts.elf.symbols) {
        if (!symbol.defined || !symbol.function) continue;
        functions.push_back(symbol.name);
        if (symbol.name.find("driver_init") != std::string::npos) near.push_back(symbol.name);
    }
    std::string evidence = "no driver_init among the dynamic symbols";
    if (facts.elf.build.local_driver_init) {
        evidence += "; there is one, but it is hidden";
    } else if (!near.empty()) {
        const bool mangled = near.front().starts_with("_Z");
        evidence += fmt::format("; there is {}{}", listed(near, 3), mangled ? ", which lacks extern \"C\"" : "");
    } else if (const auto meant = nearest("driver_init", functions)) {
        evidence += fmt::format("; there is {}", *meant);
    }
    out.add(Rule::driver_init_missing, Doubt::certain, evidence);
}

void find_other_interface(StaticCollector& out) {
    for (const EntryHint& entry : out.facts().entries) {
        const std::string place = out.facts().elf.place(entry.address);
        if (!entry.marked)
            out.add(Rule::driver_version_mismatch, Doubt::certain,
                    fmt::format("the entry \"{}\" at {} has no ERL_DRV_EXTENDED_MARKER, and nothing in the file could "
                                "write it: it is as before R15B, without version numbers",
                                entry.driver_name, place));
        else if (!is_known_interface(entry.major, entry.minor)) // driver_init may still write others
            out.add(Rule::driver_version_mismatch, Doubt::possible,
                    fmt::format("the entry at {} has driver interface {}.{}; OTP {} knows {}.{}", place, entry.major,
                                entry.minor, words::name(out.facts().world->release),
                                int{ERL_DRV_EXTENDED_MAJOR_VERSION}, int{ERL_DRV_EXTENDED_MINOR_VERSION}));
    }
}

void find_interposed(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    std::vector<std::string> functions, others, alike;
    for (const Interposed& interposed : facts.interposed) {
        const std::string text = fmt::format("{} (of {})", image::demangled(interposed.symbol->name), interposed.by);
        // Linked statically; what the node's own does is the same, that is what its version promises.
        if (interposed.by.starts_with("libstdc++.so") || interposed.by.starts_with("libgcc_s.so"))
            alike.push_back(text);
        else
            (interposed.symbol->function && !interposed.symbol->weak ? functions : others).push_back(text);
    }
    if (!functions.empty())
        out.add(Rule::symbol_interposed_by_host, Doubt::certain,
                fmt::format("{} has these functions first: {}", facts.world->node.release(), listed(functions)));
    if (!alike.empty())
        out.add(Rule::symbol_interposed_by_host, Doubt::hint,
                fmt::format("the C++ library is linked statically, and {} has the same functions first: {}",
                            facts.world->node.release(), listed(alike)));
    if (!others.empty())
        out.add(Rule::symbol_interposed_by_host, Doubt::possible,
                fmt::format("{} has these first: {}", facts.world->node.release(), listed(others)));
}

// What the emulator exports beside the driver API is known of one release.
std::string inside_emulator(const StaticWorld& world) {
    if (world.node.otp() == words::name(world.release)) return "inside the emulator: ";
    return fmt::format("inside the emulator of OTP {} (whether OTP {} has them is not known): ", world.node.otp(),
                       words::name(world.release));
}

void find_accidental(StaticCollector& out) {
    const StaticFacts& facts = out.facts();
    std::vector<std::string> emulator, libraries;
    for (const Import& import : facts.imports) {
        if (import.symbol->weak) continue;
        if (import.provider == Provider::emulator) emulator.push_back(import.symbol->name);
        if (import.provider != Provider::node_library) continue;
        const auto& all = facts.closure.libraries();
        const bool own = std::any_of(all.begin(), all.end(),
                                     [&](const image::Library& l) { return l.of_driver && l.name == import.library; });
        if (!own) libraries.push_back(fmt::format("{} (of {})", import.symbol->name, import.library));
    }
    if (!emulator.empty())
        out.add(Rule::non_api_emulator_symbol, Doubt::certain, inside_emulator(*facts.world) + listed(emulator));
    if (!libraries.empty())
        out.add(Rule::non_api_emulator_symbol, Doubt::certain,
                fmt::format("in libraries that this emulator happens to need and the driver does not name: {}",
                            listed(libraries)));
}

} // namespace

void find_linkage(StaticCollector& out) {
    find_driver_init(out);
    find_other_interface(out);
    find_missing_symbols(out);
    find_missing_libraries(out);
    find_interposed(out);
    find_accidental(out);
}

} // namespace ddll::findings
