#include "image/loader_cache.h"

#include "base/text.h"
#include "image/elf_file.h"

namespace ddll::image {
namespace {

constexpr std::string_view old_magic = "ld.so-1.7.0", magic = "glibc-ld.so.cache1.1";
constexpr std::size_t old_header = 16, old_entry = 12, header = 48, longest_path = 4096;
constexpr std::size_t largest_cache = 64 << 20;

/// One line of the cache; texts are offsets from the beginning of the format.
struct CacheEntry {
    std::int32_t flags;
    std::uint32_t name, path, os_version;
    std::uint64_t hardware;
};
static_assert(sizeof(CacheEntry) == 24);

// A library of the GNU C library, version 6, for this machine.
constexpr std::int32_t wanted_flags =
#if defined(__x86_64__)
    0x0303;
#elif defined(__aarch64__)
    0x0a03;
#else
#error "say here what ld.so.cache calls libraries of this machine"
#endif

} // namespace

LoaderCache LoaderCache::parse(std::string_view bytes) {
    LoaderCache out;
    if (bytes.starts_with(old_magic)) {
        const auto count = load<std::uint32_t>(bytes, 12);
        const std::uint64_t end = old_header + std::uint64_t{count.value_or(0)} * old_entry;
        const std::uint64_t next = (end + 7) & ~std::uint64_t{7};
        if (!count || next >= bytes.size()) return out;
        bytes.remove_prefix(next);
    }
    const auto count = load<std::uint32_t>(bytes, magic.size());
    if (!bytes.starts_with(magic) || !count) return out;
    for (std::uint32_t i = 0; i < *count; ++i) {
        const auto entry = load<CacheEntry>(bytes, header + std::uint64_t{i} * sizeof(CacheEntry));
        if (!entry) break;
        if (entry->flags != wanted_flags || entry->hardware != 0) continue;
        const std::string_view name = text_at(bytes, entry->name, longest_path);
        const std::string_view path = text_at(bytes, entry->path, longest_path);
        if (!name.empty() && path.starts_with('/')) out.paths_.emplace(name, path);
    }
    return out;
}

LoaderCache LoaderCache::read(const std::string& path) {
    const auto bytes = read_file(path, largest_cache);
    return bytes ? parse(*bytes) : LoaderCache();
}

std::string LoaderCache::find(const std::string& name) const {
    const auto found = paths_.find(name);
    return found == paths_.end() ? std::string() : found->second;
}

} // namespace ddll::image
