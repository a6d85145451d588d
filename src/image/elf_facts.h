#pragma once
/// image/ is a driver file: what it says when read (ElfFacts, never runs it), what it needs (Closure) and what it is
/// when mapped (LoadedImage). It knows nothing of drivers' entries, ports or rules. Read next: closure.h,
/// loaded_image.h, symbolize.h.
#include "base/result.h"
#include "words/words.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::image {

/// What the loader writes where a symbol is used.
enum class RelocationKind : std::uint8_t {
    none,     ///< nothing refers to the symbol
    plt,      ///< address of a function that is called
    got,      ///< address of data, or of a function whose address is taken
    absolute, ///< address inside a table or a variable
    copy,     ///< only executables have these
    tls,      ///< place of a thread-local variable
    other,
};

} // namespace ddll::image

template <>
inline constexpr auto ddll::words::spellings<ddll::image::RelocationKind> =
    std::array{"none", "PLT", "GOT", "absolute", "copy", "TLS", "other"};

namespace ddll::image {

struct ElfSymbol {
    std::string name; ///< as in .dynsym, without version
    bool defined = false;
    bool weak = false;
    bool unique = false; ///< STB_GNU_UNIQUE
    bool function = false;
    bool interposable = true; ///< false: hidden or protected, so no other library can take its place
    bool relocated = false;   ///< a dynamic relocation of this file refers to it
    RelocationKind relocation = RelocationKind::none; ///< of the first one
    std::uint64_t relocation_at = 0;                  ///< address that the first one fills in
    std::uint64_t value = 0;                          ///< offset in the file's address space
    std::uint64_t size = 0;
    std::string version; ///< needed or defined one; empty when there is none
};

/// A symbol version that a library of that name must define, or loading fails.
struct VersionNeed {
    std::string library, version;
    bool weak = false; ///< only warned about
};

struct ElfSection {
    std::string name;
    std::uint64_t address = 0, size = 0;
};

/// How large a function's stack frame is, where the compiler wrote it down (clang's -fstack-size-section).
struct StackFrameSize {
    std::string function; ///< demangled; empty when unknown
    std::uint64_t bytes = 0;
};

/// Whether the stack must be executable. Undeclared means to the loader that it must.
enum class DeclaredStack : std::uint8_t { plain, executable, undeclared };

/// What the linker was told, as the loader reads it.
struct LinkFlags {
    bool nodelete = false;   ///< DF_1_NODELETE
    bool static_tls = false; ///< DF_STATIC_TLS
    bool symbolic = false;   ///< linked with -Bsymbolic: finds its own definitions first
    bool bind_now = false, initfirst = false, text_relocations = false;
};

struct ThreadLocal {
    std::uint64_t size = 0;       ///< bytes, in every thread
    std::uint64_t fixed_uses = 0; ///< relocations that want them at a fixed place (initial-exec)
};

/// What only sections tell of how the file was made.
struct BuildTraits {
    bool debug_info = false;                ///< .debug_info or .debug_line
    bool symbol_table = false;              ///< .symtab: not stripped
    bool fast_math = false;                 ///< a constructor of -ffast-math; known only with a symbol table
    bool local_driver_init = false;         ///< driver_init is there, but hidden; likewise
    std::vector<std::string> compilers;     ///< .comment
    std::vector<StackFrameSize> big_frames; ///< of 16 KiB and more, largest first
};

/// Facts of a shared object read from disk. Everything is copied out; the file is closed again.
struct ElfFacts {
    std::string path;
    std::uint64_t file_size = 0;
    std::string machine;            ///< "x86-64"
    std::string build_id;           ///< lower-case hex, empty when there is none
    std::uint64_t content_hash = 0; ///< FNV-1a of the whole file: identity where there is no build-id

    std::string soname;
    std::vector<std::string> needed;
    std::string rpath, runpath;                   ///< DT_RPATH, DT_RUNPATH
    std::vector<ElfSymbol> symbols;               ///< .dynsym without the null symbol
    std::vector<VersionNeed> version_needs;       ///< in the order of the file
    std::vector<std::string> version_definitions; ///< without the one that names the file

    LinkFlags flags;
    ThreadLocal tls;
    std::uint32_t constructors = 0; ///< functions that run in dlopen, those of the compiler's start files included
    std::uint32_t destructors = 0;  ///< functions that run in dlclose, likewise
    /// Variables: writable, neither read-only after relocation nor thread-local. Without a symbol table the size of
    /// their sections, in which up to `linkers_own_bytes` are nobody's.
    std::uint64_t writable_bytes = 0;
    static constexpr std::uint64_t linkers_own_bytes = 40;
    DeclaredStack stack = DeclaredStack::undeclared;
    BuildTraits build;
    std::vector<ElfSection> sections; ///< that are mapped, in the order of the file

    const ElfSymbol* find(std::string_view name) const;
    bool imports(std::string_view name) const; ///< an undefined symbol of that name
    /// ".got+0x18"; "0x3fd8" where no section is known.
    std::string place(std::uint64_t address) const;
};

/// How much of a library is wanted.
enum class Reading : std::uint8_t {
    everything,
    identity, ///< everything, but content_hash only where there is no build-id
    unhashed, ///< everything but content_hash, which takes as long as all the rest
    linkage,  ///< for libraries that are only needed: no hash, no sections, nothing of debuggers
};

/// Reads `path`. Errors name the file and say in plain words what is wrong with it: cannot be read, empty, truncated,
/// not ELF, an executable or object file instead of a shared object, another machine or word size.
/// Safe for hostile input; never larger reads than the file.
Result<ElfFacts> read_elf_facts(const std::string& path, Reading reading = Reading::everything);

/// The same of bytes that are in memory already; `path` is only named.
Result<ElfFacts> elf_facts_of(std::string_view bytes, const std::string& path, Reading reading = Reading::everything);

} // namespace ddll::image
