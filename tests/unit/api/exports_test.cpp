/// What the executables offer to drivers, against the header that drivers are compiled with.
#include "support/places.h"
#include "words/driver_api.h"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <elf.h>

#include <cstring>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

using namespace ddll;

namespace {

std::string contents(const std::string& path) {
    std::ifstream in(path, std::ios::binary | std::ios::ate); // the program is large: read at once
    REQUIRE(in);
    std::string out(static_cast<std::size_t>(in.tellg()), '\0');
    in.seekg(0);
    in.read(out.data(), static_cast<std::streamsize>(out.size()));
    return out;
}

// Names declared EXTERN or extern, and prototypes without either.
std::set<std::string> declared_names() {
    std::string text = contents(test::erl_driver_header());
    REQUIRE(text.size() > 1000);
    text = std::regex_replace(text, std::regex(R"(/\*(?:[^*]|\*(?!/))*\*/)"), " ");
    text = std::regex_replace(text, std::regex(R"(\n[ \t]*#(?:[^\n\\]|\\\n|\\.)*)"), "\n");
    // A prototype has its parenthesis; a bare "void *handle;" is a member of a struct.
    const std::regex declaration(
        R"((?:^|[\n;{}])\s*(?:EXTERN|extern(?!\s*"))\s+(?:[\w\s*]+?[\s*])?\*?(\w+)\s*(?:\(|;))");
    const std::regex prototype(R"((?:^|[\n;{}])\s*void\s+(\w+)\s*\()");
    std::set<std::string> names;
    for (const std::regex* pattern : {&declaration, &prototype})
        for (std::sregex_iterator it(text.begin(), text.end(), *pattern), end; it != end; ++it) names.insert((*it)[1]);
    return names;
}

struct Exported {
    unsigned char type = 0, binding = 0;
};

// The defined symbols of .dynsym, read here by hand: the image reader takes only shared objects.
std::map<std::string, Exported> exported_by(const std::string& path) {
    const std::string file = contents(path);
    REQUIRE(file.size() > sizeof(Elf64_Ehdr));
    const auto at = [&](std::size_t offset, void* out, std::size_t size) {
        REQUIRE(offset + size <= file.size());
        std::memcpy(out, file.data() + offset, size);
    };
    Elf64_Ehdr header;
    at(0, &header, sizeof header);
    REQUIRE(std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0);
    std::map<std::string, Exported> names;
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        Elf64_Shdr section;
        at(header.e_shoff + i * sizeof section, &section, sizeof section);
        if (section.sh_type != SHT_DYNSYM) continue;
        Elf64_Shdr strings;
        at(header.e_shoff + section.sh_link * sizeof strings, &strings, sizeof strings);
        for (std::size_t offset = 0; offset < section.sh_size; offset += sizeof(Elf64_Sym)) {
            Elf64_Sym symbol;
            at(section.sh_offset + offset, &symbol, sizeof symbol);
            if (symbol.st_shndx == SHN_UNDEF) continue;
            const char* name = file.data() + strings.sh_offset + symbol.st_name;
            names[name] = {static_cast<unsigned char>(ELF64_ST_TYPE(symbol.st_info)),
                           static_cast<unsigned char>(ELF64_ST_BIND(symbol.st_info))};
        }
    }
    return names;
}

bool looks_like_api(const std::string& name) {
    for (const char* prefix : {"driver_", "erl_drv_", "erl_errno", "add_driver", "remove_driver", "set_busy",
                               "set_port", "get_port", "null_func", "dtrace"})
        if (name.starts_with(prefix)) return true;
    return false;
}

void check_exports(const std::string& program) {
    const auto exported = exported_by(program);
    for (const auto function : words::api_functions) {
        const std::string name = words::name(function);
        CAPTURE(name);
        const auto it = exported.find(name);
        CHECK(it != exported.end());
        if (it == exported.end()) continue;
        CHECK(int{it->second.type} == (name == "driver_term_nil" ? STT_OBJECT : STT_FUNC));
    }
    for (const auto& entry : exported) {
        const std::string& name = entry.first;
        CAPTURE(name);
        CHECK(int{entry.second.binding} != STB_GNU_UNIQUE);
        if (!looks_like_api(name)) continue;
        CHECK(words::named<words::ApiFunction>(name).has_value());
    }
    CHECK_FALSE(exported.contains("driver_init")); // a library without one would be given ours
}

} // namespace

TEST_CASE("the list is the header, but for one name that no emulator provides") {
    std::set<std::string> declared = declared_names();
    CHECK(declared.size() == 113);
    CHECK(declared.erase("dtrace_drvport_str") == 1);
    std::set<std::string> listed;
    for (const auto function : words::api_functions)
        CHECK_MESSAGE(listed.insert(words::name(function)).second, words::name(function));
    CHECK(listed.size() == 112);
    for (const std::string& name : declared) CHECK_MESSAGE(listed.contains(name), name);
    for (const std::string& name : listed) CHECK_MESSAGE(declared.contains(name), name);
}

TEST_CASE("the program exports the list and nothing else of the kind") {
    check_exports(test::program());
}

TEST_CASE("so does this test, where a driver's lookup finds every name") {
    check_exports("/proc/self/exe");
    for (const auto function : words::api_functions)
        CHECK_MESSAGE(dlsym(RTLD_DEFAULT, words::name(function)) != nullptr, words::name(function));
    CHECK(dlsym(RTLD_DEFAULT, "dtrace_drvport_str") == nullptr);
}
