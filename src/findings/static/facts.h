#pragma once
/// A driver file and everything that decides about its symbols, gathered without running any of it: what the rules of
/// find.h look at and what `ddlltool inspect` shows.
#include "findings/static/entry_hint.h"
#include "findings/static/node_exports.h"
#include "image/closure.h"
#include "image/debug_info.h"
#include "image/elf_facts.h"
#include "words/release.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::findings {

/// Whose definition the loader of a node takes for a symbol that the driver leaves undefined.
enum class Provider : std::uint8_t {
    driver_api,     ///< the emulator, and erl_driver.h declares it
    nif_api,        ///< the emulator, and erl_nif.h declares it, for a library that exports nif_init
    emulator,       ///< the emulator, by accident: no header of drivers declares it
    c_library,      ///< libc, libm, libgcc_s, libstdc++ or the loader, which the node has loaded
    node_library,   ///< another library that the node has loaded
    needed_library, ///< a library that comes with the driver
    nobody,
    unknown, ///< nobody that could be read, but a library was not found or not readable
};
const char* name(Provider provider);

struct Import {
    const image::ElfSymbol* symbol = nullptr;
    Provider provider = Provider::nobody;
    std::string_view library; ///< which one, for the providers that are libraries
};

/// One of the driver's own symbols that the loader takes from elsewhere.
struct Interposed {
    const image::ElfSymbol* symbol = nullptr;
    std::string_view by; ///< "the emulator" or a library
};

/// What does not depend on the driver. Must outlive the facts.
struct StaticWorld {
    image::LoaderSettings loader;
    NodeExports node;
    words::Release release = words::newest_release; ///< that the driver is for

    /// Of this machine and the built-in list of the node's names. `root`: where the node's "/" lies.
    static StaticWorld make(std::vector<std::string> library_path, words::Release release = words::newest_release,
                            std::string root = {});
};

struct StaticFacts {
    std::string driver; ///< as Erlang calls it: the file's name without ".so"
    image::ElfFacts elf;
    image::Closure closure;
    image::DebugFacts debug;
    std::vector<EntryHint> entries;
    std::vector<Import> imports;        ///< sorted by name; pointing into `elf`
    std::vector<Interposed> interposed; ///< likewise
    const StaticWorld* world = nullptr;

    StaticFacts() = default;
    StaticFacts(StaticFacts&&) = default;
    StaticFacts& operator=(StaticFacts&&) = default;
    StaticFacts(const StaticFacts&) = delete; ///< the pointers would be those of the other

    bool imports_any(std::span<const std::string_view> names) const; ///< strongly; weak ones are only asked for
    /// Who among the emulator and its libraries has the symbol before the driver does: "the emulator", a library's
    /// name, or empty.
    std::string_view host_of(std::string_view symbol) const;
    /// The driver_init that a node calls, which may have an underscore in front; null when there is none.
    const image::ElfSymbol* driver_init() const;
    /// What erlang:load_nif/2 loads and erl_ddll refuses: it exports nif_init and no driver_init.
    bool is_nif_library() const;
};

/// Sorts out imports and exports of what was read. Reads the libraries that the driver needs.
StaticFacts static_facts(image::ElfFacts elf, const StaticWorld& world, image::LibraryFiles& files);

/// The same for a file, with what it says for debuggers and about its entry.
Result<StaticFacts> read_static_facts(const std::string& path, const StaticWorld& world, image::LibraryFiles& files);

} // namespace ddll::findings
