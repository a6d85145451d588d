/// The functions by which programs get memory, in front of the C library's own: what driver code has and does not give
/// back is counted (host/probe/memory_watch.h). Outside of runs that look for it they hand on after one test, as a
/// jump. Functions of the C library that give memory (strdup, getline) call these, C++'s new too. Not in sanitized
/// builds: those bring functions of these names themselves.
#include "base/sanitized.h"
#include "host/probe/fresh_memory.h"
#include "host/probe/memory_watch.h"

#include <malloc.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdarg>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#ifndef DDLL_SANITIZED

namespace watch = ddll::host::memory_watch;
namespace fresh = ddll::host::fresh_memory;

// Macros: these are the caller and the frame of the function in which they stand.
#define DDLL_CALLER                                                                                                    \
    watch::Caller {                                                                                                    \
        __builtin_return_address(0), static_cast<const char*>(__builtin_frame_address(0)) + 2 * sizeof(void*)          \
    }
#define DDLL_INTERPOSED [[gnu::visibility("default")]]

extern "C" {

// The C library's, by the names under which it calls them itself.
void* __libc_malloc(std::size_t) noexcept;                // NOLINT
void* __libc_calloc(std::size_t, std::size_t) noexcept;   // NOLINT
void* __libc_realloc(void*, std::size_t) noexcept;        // NOLINT
void* __libc_memalign(std::size_t, std::size_t) noexcept; // NOLINT
void* __libc_valloc(std::size_t) noexcept;                // NOLINT
void* __libc_pvalloc(std::size_t) noexcept;               // NOLINT
void __libc_free(void*) noexcept;                         // NOLINT

[[gnu::noinline, gnu::cold]] static void* watched_malloc(std::size_t size, watch::Caller caller) {
    void* block = __libc_malloc(size);
    fresh::paint(block, size);
    if (watch::on()) watch::allocated(block, size, caller);
    return block;
}

DDLL_INTERPOSED void* malloc(std::size_t size) noexcept {
    if (watch::asked()) [[unlikely]]
        return watched_malloc(size, DDLL_CALLER);
    return __libc_malloc(size);
}

DDLL_INTERPOSED void* calloc(std::size_t count, std::size_t size) noexcept {
    void* block = __libc_calloc(count, size);
    if (watch::on()) [[unlikely]]
        watch::allocated(block, count * size, DDLL_CALLER);
    return block;
}

[[gnu::noinline, gnu::cold]] static void watched_free(void* block) {
    if (watch::on()) static_cast<void>(watch::freed(block));
    if (watch::clears()) std::memset(block, 0, malloc_usable_size(block));
    __libc_free(block);
}

DDLL_INTERPOSED void free(void* block) noexcept {
    if (watch::asked() && block != nullptr) [[unlikely]]
        return watched_free(block);
    __libc_free(block);
}

DDLL_INTERPOSED void* realloc(void* block, std::size_t size) noexcept {
    if (!watch::on() || block == nullptr) {
        void* fresh = __libc_realloc(block, size);
        if (watch::on()) [[unlikely]]
            watch::allocated(fresh, size, DDLL_CALLER);
        return fresh;
    }
    const ddll::host::Piece before = watch::freed(block);
    void* moved = __libc_realloc(block, size);
    if (moved != nullptr)
        watch::reallocated(before, moved, size, DDLL_CALLER);
    else if (size != 0)
        watch::kept(before);
    return moved;
}

DDLL_INTERPOSED void* memalign(std::size_t alignment, std::size_t size) noexcept {
    void* block = __libc_memalign(alignment, size);
    fresh::paint(block, size);
    if (watch::on()) [[unlikely]]
        watch::allocated(block, size, DDLL_CALLER);
    return block;
}

DDLL_INTERPOSED void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    void* block = __libc_memalign(alignment, size);
    fresh::paint(block, size);
    if (watch::on()) [[unlikely]]
        watch::allocated(block, size, DDLL_CALLER);
    return block;
}

DDLL_INTERPOSED int posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept {
    if (alignment % sizeof(void*) != 0 || !std::has_single_bit(alignment / sizeof(void*))) return EINVAL;
    const int error = errno;
    void* block = __libc_memalign(alignment, size);
    fresh::paint(block, size);
    errno = error; // it tells by its result
    if (block == nullptr) return ENOMEM;
    if (watch::on()) [[unlikely]]
        watch::allocated(block, size, DDLL_CALLER);
    *out = block;
    return 0;
}

DDLL_INTERPOSED void* valloc(std::size_t size) noexcept {
    void* block = __libc_valloc(size);
    if (watch::on()) [[unlikely]]
        watch::allocated(block, size, DDLL_CALLER);
    return block;
}

DDLL_INTERPOSED void* pvalloc(std::size_t size) noexcept {
    void* block = __libc_pvalloc(size);
    if (watch::on()) [[unlikely]]
        watch::allocated(block, size, DDLL_CALLER);
    return block;
}

// As the C library does it: 64 bits have no need of another way to say where in the file.
DDLL_INTERPOSED void* mmap(void* wish, std::size_t size, int rights, int flags, int file, off_t offset) noexcept {
    const long at = syscall(SYS_mmap, wish, size, rights, flags, file, offset);
    void* address = reinterpret_cast<void*>(at); // NOLINT: the system gives numbers
    if (watch::on() && address != MAP_FAILED) [[unlikely]]
        watch::mapped(address, size, DDLL_CALLER);
    return address;
}

DDLL_INTERPOSED void* mmap64(void* wish, std::size_t size, int rights, int flags, int file, off64_t offset) noexcept {
    const long at = syscall(SYS_mmap, wish, size, rights, flags, file, offset);
    void* address = reinterpret_cast<void*>(at); // NOLINT: the system gives numbers
    if (watch::on() && address != MAP_FAILED) [[unlikely]]
        watch::mapped(address, size, DDLL_CALLER);
    return address;
}

DDLL_INTERPOSED int munmap(void* address, std::size_t size) noexcept {
    // Before it is: somebody may be given the same addresses at once. It fails for what is no address of a page only.
    if (watch::on() && reinterpret_cast<std::uintptr_t>(address) % 4096 == 0) [[unlikely]]
        watch::unmapped(address, size);
    return static_cast<int>(syscall(SYS_munmap, address, size));
}

DDLL_INTERPOSED void* mremap(void* address, std::size_t size, std::size_t wanted, int flags, ...) noexcept {
    void* wish = nullptr;
    if ((flags & MREMAP_FIXED) != 0) {
        std::va_list rest;
        va_start(rest, flags);
        wish = va_arg(rest, void*);
        va_end(rest);
    }
    const ddll::host::Piece before = watch::on() ? watch::mapping_at(address) : ddll::host::Piece{};
    const long at = syscall(SYS_mremap, address, size, wanted, flags, wish);
    void* moved = reinterpret_cast<void*>(at); // NOLINT: the system gives numbers
    if (watch::on() && moved != MAP_FAILED) [[unlikely]] {
        watch::unmapped(address, size);
        watch::remapped(before, moved, wanted);
    }
    return moved;
}

} // extern "C"

#endif
