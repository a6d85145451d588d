#include "image/loaded_image.h"

#include "base/check.h"
#include "image/notes.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

namespace ddll::image {
namespace {

/// One walk over the mapped objects: looks for the one at `address`, and optionally at its notes.
struct Search {
    ElfW(Addr) address; ///< load address as the loader has it
    const char* name;
    Identity* fill; ///< null: only look
    bool found = false;
};

int visit(dl_phdr_info* info, std::size_t, void* data) {
    auto& search = *static_cast<Search*>(data);
    if (info->dlpi_addr != search.address || std::strcmp(info->dlpi_name, search.name) != 0) return 0;
    search.found = true;
    if (!search.fill) return 1;
    std::uintptr_t low = UINTPTR_MAX, high = 0;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& h = info->dlpi_phdr[i];
        if (h.p_type == PT_LOAD) {
            low = std::min<std::uintptr_t>(low, h.p_vaddr & ~std::uintptr_t{4095});
            high = std::max<std::uintptr_t>(high, h.p_vaddr + h.p_memsz);
        } else if (h.p_type == PT_NOTE && search.fill->build_id.empty()) {
            const auto* notes = reinterpret_cast<const char*>(info->dlpi_addr + h.p_vaddr);
            search.fill->build_id = build_id_in_notes({notes, h.p_memsz}, h.p_align);
        }
    }
    search.fill->base = info->dlpi_addr + low;
    search.fill->end = info->dlpi_addr + high;
    return 1;
}

link_map* map_of(void* handle) {
    link_map* map = nullptr;
    return dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

std::int64_t nanoseconds(const timespec& t) {
    return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec;
}

/// The loader's own count. It does not grow when dlopen finds the object mapped already.
std::uint64_t objects_ever_added() {
    std::uint64_t adds = 0;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            *static_cast<std::uint64_t*>(data) = info->dlpi_adds;
            return 1;
        },
        &adds);
    return adds;
}

/// Device and inode of the mapping at identity.base.
void ask_kernel(Identity& identity) {
    std::ifstream maps("/proc/self/maps");
    std::string line;
    while (std::getline(maps, line)) {
        unsigned long low = 0, high = 0, inode = 0;
        unsigned major = 0, minor = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx %*s %*x %x:%x %lu", &low, &high, &major, &minor, &inode) != 5) continue;
        if (identity.base < low || identity.base >= high) continue;
        identity.device = makedev(major, minor);
        identity.inode = inode;
        return;
    }
}

Error loader_error() {
    const char* text = dlerror();
    return error(text ? text : "unknown error of the loader");
}

// What initialisers and destructors of the library throw ends the process here, while whoever asked for it still says
// that it is inside of the loader. The loader's own declarations promise that nothing is thrown, and a compiler that
// believes it may let the exception through to frames further up: it must not know whom it calls.
void* open_library(const char* path) noexcept {
    void* (*volatile call)(const char*, int) = dlopen;
    return call(path, RTLD_NOW | RTLD_LOCAL);
}

void close_library(void* handle) noexcept {
    int (*volatile call)(void*) = dlclose;
    call(handle);
}

} // namespace

words::LoaderRefusal refusal_of(const std::string& text, const std::string& file) {
    const auto has = [&](const char* part) { return text.find(part) != text.npos; };
    if (has("static TLS")) return words::LoaderRefusal::static_tls;
    if (has("executable stack")) return words::LoaderRefusal::executable_stack;
    // A folder without the right to execute, a limit of memory or of descriptors: another machine may take the file.
    if (has("failed to map segment") || has("cannot create shared object descriptor") || has("cannot allocate") ||
        has("Cannot allocate memory") || has("Too many open files"))
        return words::LoaderRefusal::this_machine;
    if (has("undefined symbol")) return words::LoaderRefusal::undefined_symbol;
    if (has("cannot open shared object file"))
        return text.starts_with(file) ? words::LoaderRefusal::missing_file : words::LoaderRefusal::missing_library;
    if (has("version `") && has("not found")) return words::LoaderRefusal::missing_library;
    return words::LoaderRefusal::other;
}

Result<LoadedImage> LoadedImage::open(const std::string& path) {
    struct stat file {};
    const bool known = stat(path.c_str(), &file) == 0;
    const std::uint64_t adds = objects_ever_added();
    void* handle = open_library(path.c_str());
    if (!handle) return loader_error();

    LoadedImage image;
    image.path_ = path;
    image.handle_ = handle;
    const link_map* map = map_of(handle);
    DDLL_CHECK_MSG(map != nullptr, "the loader does not know its own handle");
    image.was_mapped_ = objects_ever_added() == adds;
    image.map_name_ = map->l_name;
    image.map_address_ = map->l_addr;
    Search search{map->l_addr, map->l_name, &image.identity_};
    dl_iterate_phdr(visit, &search);
    if (image.was_mapped_) {
        // What the path names by now is not necessarily what is mapped.
        ask_kernel(image.identity_);
    } else if (known) {
        image.identity_.device = file.st_dev;
        image.identity_.inode = file.st_ino;
        image.identity_.size = static_cast<std::uint64_t>(file.st_size);
        image.identity_.mtime_ns = nanoseconds(file.st_mtim);
    }
    return image;
}

bool LoadedImage::differs_from_file() const {
    const int fd = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return true;
    bool differs = false;
    struct stat now {};
    if (!identity_.build_id.empty()) {
        differs = build_id_of_file(fd) != identity_.build_id;
    } else if (fstat(fd, &now) == 0) {
        differs = now.st_dev != identity_.device || now.st_ino != identity_.inode ||
                  (!was_mapped_ && (static_cast<std::uint64_t>(now.st_size) != identity_.size ||
                                    nanoseconds(now.st_mtim) != identity_.mtime_ns));
    }
    ::close(fd);
    return differs;
}

namespace {

// The names that the object's symbols use, as the loader has them in memory.
std::string_view symbol_names(const link_map& object) {
    const char* names = nullptr;
    std::size_t size = 0;
    for (const ElfW(Dyn)* entry = object.l_ld; entry != nullptr && entry->d_tag != DT_NULL; ++entry) {
        if (entry->d_tag == DT_STRTAB) names = reinterpret_cast<const char*>(entry->d_un.d_ptr);
        if (entry->d_tag == DT_STRSZ) size = entry->d_un.d_val;
    }
    return names == nullptr ? std::string_view{} : std::string_view(names, size);
}

bool is_of_the_system(std::string_view path) {
    constexpr std::string_view known[] = {"libc.so", "libm.so", "libgcc_s.so", "libstdc++.so", "ld-linux"};
    const std::string_view file = path.substr(path.rfind('/') + 1);
    return std::any_of(std::begin(known), std::end(known), [&](std::string_view n) { return file.starts_with(n); });
}

} // namespace

bool LoadedImage::may_make_threads() const {
    const link_map* object = nullptr;
    if (dlinfo(handle_, RTLD_DI_LINKMAP, &object) != 0) return true;
    // What it needs was loaded with it or before it; the latter is in the list of an earlier image.
    for (; object != nullptr; object = object->l_next)
        if (!is_of_the_system(object->l_name) && symbol_names(*object).find("thread") != std::string_view::npos)
            return true;
    return false;
}

Result<void*> LoadedImage::symbol(const char* name) const {
    DDLL_CHECK(handle_ != nullptr);
    dlerror();
    void* address = dlsym(handle_, name);
    if (address) return address;
    if (const char* text = dlerror()) return error(text);
    return address;
}

Unmapped LoadedImage::close() {
    DDLL_CHECK_MSG(handle_ != nullptr, "a library is closed twice");
    close_library(std::exchange(handle_, nullptr));
    Search search{map_address_, map_name_.c_str(), nullptr};
    dl_iterate_phdr(visit, &search);
    return {!search.found};
}

} // namespace ddll::image
