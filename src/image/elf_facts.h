#pragma once
/// image/ is a driver file: what it says when read (ElfFacts, never runs it) and what it is when mapped (LoadedImage).
/// It knows nothing of drivers' entries, ports or rules. Read next: loaded_image.h, symbolize.h.
#include "base/result.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::image {

struct ElfSymbol {
    std::string name; ///< as in .dynsym, without version
    bool defined = false;
    bool weak = false;
    bool unique = false; ///< STB_GNU_UNIQUE
    bool function = false;
    bool relocated = false;  ///< a dynamic relocation of this file refers to it
    std::uint64_t value = 0; ///< offset in the file's address space
    std::uint64_t size = 0;
};

/// Facts of a shared object read from disk. Everything is copied out; the file is closed again.
struct ElfFacts {
    std::string path;
    std::string build_id; ///< lower-case hex, empty when there is none
    std::string soname;
    std::vector<std::string> needed;
    std::string runpath;            ///< DT_RUNPATH, else DT_RPATH
    std::vector<ElfSymbol> symbols; ///< .dynsym without the null symbol
    bool nodelete = false;          ///< DF_1_NODELETE
    bool static_tls = false;        ///< DF_STATIC_TLS
    bool has_debug_info = false;    ///< .debug_info or .debug_line
    bool executable_stack = false;
    std::uint64_t content_hash = 0; ///< FNV-1a of the whole file: identity where there is no build-id

    const ElfSymbol* find(std::string_view name) const;
    bool imports(std::string_view name) const; ///< an undefined symbol of that name
};

/// Reads `path`. Errors name the file and say in plain words what is wrong with it: cannot be read, empty, truncated,
/// not ELF, an executable or object file instead of a shared object, another machine or word size.
/// Safe for hostile input; never larger reads than the file.
Result<ElfFacts> read_elf_facts(const std::string& path);

} // namespace ddll::image
