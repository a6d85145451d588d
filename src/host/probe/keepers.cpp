#include "host/probe/keepers.h"

#include "isolate/callers.h"

#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ddll::host {
namespace {

constexpr std::uintptr_t word_size = sizeof(std::uintptr_t);

/// Memory that may not be there, or be a guard.
template <std::size_t n>
bool read_words(std::uintptr_t from, std::array<std::uintptr_t, n>& words) {
    const iovec into{words.data(), sizeof words};
    const iovec there{reinterpret_cast<void*>(from), sizeof words};
    return process_vm_readv(getpid(), &into, 1, &there, 1, 0) == static_cast<ssize_t>(sizeof words);
}

std::uintptr_t word_there(std::uintptr_t from) {
    std::array<std::uintptr_t, 1> word{};
    return from % word_size == 0 && read_words(from, word) ? word[0] : 0;
}

/// Calls stop(word) for each whole word of a piece of memory until it says true; a page at a time, for each look is a
/// call of the kernel. What cannot be read is left out.
template <class F>
void each_word(std::uintptr_t begin, std::uintptr_t end, F&& stop) {
    std::array<std::uintptr_t, 512> words{};
    for (std::uintptr_t at = (begin + word_size - 1) & ~(word_size - 1); at + word_size <= end; at += sizeof words) {
        const std::size_t wanted = std::min(sizeof words, (end - at) & ~(word_size - 1));
        const iovec into{words.data(), wanted};
        const iovec there{reinterpret_cast<void*>(at), wanted};
        const ssize_t got = process_vm_readv(getpid(), &into, 1, &there, 1, 0);
        for (std::size_t i = 0; got > 0 && i < static_cast<std::size_t>(got) / word_size; ++i)
            if (stop(words[i])) return;
    }
}

/// A library that is mapped already.
class Library {
public:
    explicit Library(const char* name) : handle_(dlopen(name, RTLD_LAZY | RTLD_NOLOAD)) {}
    ~Library() {
        if (handle_ != nullptr) dlclose(handle_);
    }
    Library(const Library&) = delete;

    template <class F>
    F* function(const char* name) const {
        return handle_ == nullptr ? nullptr : reinterpret_cast<F*>(dlsym(handle_, name));
    }
    std::uintptr_t address(const char* name) const {
        return handle_ == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(dlsym(handle_, name));
    }

private:
    void* handle_;
};

constexpr const char* cpp_library = "libstdc++.so.6";

/// The function that libstdc++ calls, as one of its get_... tells.
std::uintptr_t handler(const char* getter) {
    const Library cpp(cpp_library);
    auto* const get = cpp.function<void (*())()>(getter);
    return get == nullptr ? 0 : reinterpret_cast<std::uintptr_t>(get());
}

struct Symbol {
    std::string name;
    std::uintptr_t begin = 0, end = 0;
};

/// The variable with a name that lies there.
std::optional<Symbol> variable_at(std::uintptr_t address) {
    Dl_info info{};
    const ElfW(Sym)* symbol = nullptr;
    void* extra = nullptr;
    if (dladdr1(reinterpret_cast<void*>(address), &info, &extra, RTLD_DL_SYMENT) == 0 || info.dli_sname == nullptr)
        return std::nullopt;
    symbol = static_cast<const ElfW(Sym)*>(extra);
    const auto begin = reinterpret_cast<std::uintptr_t>(info.dli_saddr);
    if (symbol == nullptr || address < begin || address >= begin + symbol->st_size) return std::nullopt;
    return Symbol{info.dli_sname, begin, begin + symbol->st_size};
}

struct KnownVariable {
    std::string_view symbol;
    const char* text; ///< nullptr: harmless
};

constexpr KnownVariable known_variables[] = {
    {"_IO_2_1_stdin_", "stdin has a buffer in it (setvbuf)"},
    {"_IO_2_1_stdout_", "stdout has a buffer in it (setvbuf)"},
    {"_IO_2_1_stderr_", "stderr has a buffer in it (setvbuf)"},
    {"_ZSt3cin", "std::cin has a buffer or a locale in it"},
    {"_ZSt4cout", "std::cout has a buffer or a locale in it"},
    {"_ZSt4cerr", "std::cerr has a buffer or a locale in it"},
    {"_ZSt4clog", "std::clog has a buffer or a locale in it"},
    {"_ZSt4wcin", "std::wcin has a buffer or a locale in it"},
    {"_ZSt5wcout", "std::wcout has a buffer or a locale in it"},
    {"_ZSt5wcerr", "std::wcerr has a buffer or a locale in it"},
    {"_ZSt5wclog", "std::wclog has a buffer or a locale in it"},
    {"error_print_progname", "error() calls it (error_print_progname)"},
    {"obstack_alloc_failed_handler", "obstacks call it (obstack_alloc_failed_handler)"},
    // What the last getopt left, for its caller only.
    {"optarg", nullptr},
};

constexpr std::string_view streams[] = {"_ZSt3cin",  "_ZSt4cout",  "_ZSt4cerr",  "_ZSt4clog",
                                        "_ZSt4wcin", "_ZSt5wcout", "_ZSt5wcerr", "_ZSt5wclog"};

/// A stream whose buffer, or facet, is an object on the heap with functions of the library.
void streams_into(const CodeRange& old, std::vector<Found>& out) {
    const Library cpp(cpp_library);
    for (const std::string_view name : streams) {
        const std::uintptr_t stream = cpp.address(std::string(name).c_str());
        const auto variable = stream == 0 ? std::nullopt : variable_at(stream);
        if (!variable) continue;
        each_word(variable->begin, variable->end, [&](std::uintptr_t object) {
            if (object == 0 || old.has(object)) return false;
            const std::uintptr_t functions = word_there(object);
            if (!old.has(functions)) return false;
            out.push_back({Residue::kept_function,
                           fmt::format("{} has a buffer or a facet with functions of the library",
                                       std::string("std::").append(name.substr(name.find_first_of("cw")))),
                           functions});
            return true;
        });
    }
}

/// libstdc++'s std::locale::_Impl: references, facets, their number.
void global_locale_into(const CodeRange& old, std::vector<Found>& out) {
    constexpr std::uintptr_t most_facets = 256;
    const Library cpp(cpp_library);
    auto* const copy = cpp.function<void(void*)>("_ZNSt6localeC1Ev"); // std::locale::locale(): the global one
    auto* const destroy = cpp.function<void(void*)>("_ZNSt6localeD1Ev");
    if (copy == nullptr || destroy == nullptr) return;
    std::uintptr_t implementation = 0;
    copy(&implementation);
    std::array<std::uintptr_t, 3> parts{};
    if (read_words(implementation, parts))
        for (std::uintptr_t i = 0; i < std::min(parts[2], most_facets); ++i) {
            const std::uintptr_t facet = word_there(parts[1] + i * word_size), functions = word_there(facet);
            if (!old.has(facet) && !old.has(functions)) continue;
            out.push_back({Residue::kept_function,
                           "the global locale of C++ (std::locale::global) has a facet with functions of the library",
                           old.has(functions) ? functions : facet});
            break;
        }
    destroy(&implementation);
}

struct Data {
    std::uintptr_t begin, end;
};

/// Writable parts of a library, by the beginning of its file's name.
std::vector<Data> data_of(std::string_view wanted) {
    struct Search {
        std::string_view wanted;
        std::vector<Data> found;
    } search{wanted, {}};
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            auto& s = *static_cast<Search*>(data);
            const std::string_view path(info->dlpi_name == nullptr ? "" : info->dlpi_name);
            if (!path.substr(path.rfind('/') + 1).starts_with(s.wanted)) return 0;
            for (int i = 0; i < info->dlpi_phnum; ++i) {
                const auto& part = info->dlpi_phdr[i];
                if (part.p_type != PT_LOAD || (part.p_flags & PF_W) == 0) continue;
                const std::uintptr_t begin = info->dlpi_addr + part.p_vaddr;
                s.found.push_back({begin, begin + part.p_memsz});
            }
            return 0;
        },
        &search);
    return search.found;
}

/// libgcc_s keeps each table in an object of its own, which its list leads to: where the code begins, two bases, table.
void unwinder_into(const CodeRange& old, std::vector<Found>& out) {
    const auto table_in_old = [&](std::uintptr_t object) {
        std::array<std::uintptr_t, 4> parts{};
        if (object == 0 || object % word_size != 0 || old.has(object) || !read_words(object, parts)) return false;
        const auto part = std::find_if(parts.begin(), parts.end(), [&](std::uintptr_t word) { return old.has(word); });
        Dl_info of_a_library{};
        if (part == parts.end() || dladdr(reinterpret_cast<void*>(object), &of_a_library) != 0) return false;
        isolate::unwinder_has_lost_tables();
        out.push_back(
            {Residue::kept_memory, "the unwinder of C++ exceptions has tables in it (__register_frame)", *part});
        return true;
    };
    const std::size_t found_before = out.size();
    for (const Data& data : data_of("libgcc_s.so"))
        if (out.size() == found_before) each_word(data.begin, data.end, table_in_old);
}

} // namespace

std::optional<Found> kept_at(std::uintptr_t at, std::uintptr_t word, const std::string& file, const CodeRange& old) {
    const bool code = old.has_code(word);
    const auto variable = variable_at(at);
    if (variable)
        for (const KnownVariable& known : known_variables) {
            if (known.symbol != variable->name) continue;
            if (known.text == nullptr) return std::nullopt;
            return Found{code ? Residue::kept_function : Residue::kept_memory, known.text, word};
        }
    if (code && file.starts_with("libstdc++")) {
        for (const auto& [getter, setter] : {std::pair("_ZSt15get_new_handlerv", "std::set_new_handler"),
                                             std::pair("_ZSt13get_terminatev", "std::set_terminate")})
            if (handler(getter) == word)
                return Found{Residue::kept_function, fmt::format("it was given to {}", setter), word};
    }
    const std::string where =
        variable ? fmt::format("in {} of {}", variable->name, file) : fmt::format("in the data of {}", file);
    return Found{code ? Residue::code_pointer : Residue::data_pointer, where, word, 0, file};
}

std::vector<Found> kept_behind(const CodeRange& old) {
    std::vector<Found> out;
    global_locale_into(old, out);
    streams_into(old, out);
    unwinder_into(old, out);
    return out;
}

} // namespace ddll::host
