#include "host/probe/memory_watch.h"

#include "base/program.h"
#include "base/sanitized.h"
#include "base/thread_annotations.h"
#include "isolate/callers.h"

#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <sys/auxv.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace ddll::host {

constinit thread_local DriverStack OnDriverStack::now_{};

namespace memory_watch {
namespace detail {
constinit std::atomic<bool> on{false};
constinit std::atomic<std::uint32_t> calls{0};
constinit std::atomic<bool> clears{false};
} // namespace detail

namespace {

/// No mutex of the C library: it is taken inside of malloc, for a few instructions.
class DDLL_CAPABILITY("mutex") SpinLock {
public:
    using Handler = void (*)(int);

    void lock() DDLL_ACQUIRE() {
        has_it_ = true;
        std::atomic_signal_fence(std::memory_order_seq_cst);
        while (taken_.test_and_set(std::memory_order_acquire)) sched_yield();
    }
    void unlock() DDLL_RELEASE() {
        taken_.clear(std::memory_order_release);
        std::atomic_signal_fence(std::memory_order_seq_cst);
        has_it_ = false;
        if (afterwards_ != nullptr) [[unlikely]]
            afterwards_(0);
    }
    bool put_off(Handler handler) {
        if (has_it_) afterwards_ = handler;
        return has_it_;
    }

private:
    std::atomic_flag taken_;
    // There is one such lock.
    static constinit thread_local bool has_it_; ///< or is about to
    static constinit thread_local Handler afterwards_;
};

constinit thread_local bool SpinLock::has_it_ = false;
constinit thread_local SpinLock::Handler SpinLock::afterwards_ = nullptr;

class DDLL_SCOPED_CAPABILITY Hold {
public:
    explicit Hold(SpinLock& lock) DDLL_ACQUIRE(lock) : lock_(lock) { lock_.lock(); }
    ~Hold() DDLL_RELEASE() { lock_.unlock(); }
    Hold(const Hold&) = delete;

private:
    SpinLock& lock_;
};

struct Range {
    std::uintptr_t begin = 0, end = 0;
    bool has(std::uintptr_t address) const { return begin <= address && address < end; }
    bool has(const void* address) const { return has(reinterpret_cast<std::uintptr_t>(address)); }
};

/// A driver's library that is mapped.
struct Library {
    std::uintptr_t base = 0;
    Range code;
    std::uint16_t owner = 0;
};

struct Place {
    std::uintptr_t site = 0;
    std::uint16_t owner = 0;
};

/// What was found out about a way of calling malloc.
struct Known {
    std::uint64_t way = 0;
    Place place;
};

struct State {
    BlockTable blocks;
    RangeList mappings;
    std::array<Library, 16> libraries;
    std::size_t library_count = 0;
    std::array<Known, 1024> known;
};

/// Threads that were left behind may be inside at the very end.
template <class T>
union Forever {
    T value;
    constexpr Forever() : value() {}
    constexpr ~Forever() {} // NOLINT: that is what it is for
};

constinit SpinLock lock;
constinit Forever<State> forever;
State& state() DDLL_REQUIRES(lock) {
    return forever.value;
}

constinit thread_local bool looking = false; ///< for a place: the unwinder's own memory is nobody's
constinit std::atomic<const char*> opening_path{nullptr};
constinit std::atomic<std::uint16_t> opening_owner{0};
constinit Range loader;

Range range_of(const dl_phdr_info& info, std::uint32_t flags) {
    Range range{UINTPTR_MAX, 0};
    for (int i = 0; i < info.dlpi_phnum; ++i) {
        const auto& segment = info.dlpi_phdr[i];
        if (segment.p_type != PT_LOAD || (segment.p_flags & flags) != flags) continue;
        range.begin = std::min<std::uintptr_t>(range.begin, info.dlpi_addr + segment.p_vaddr);
        range.end = std::max<std::uintptr_t>(range.end, info.dlpi_addr + segment.p_vaddr + segment.p_memsz);
    }
    return range;
}

/// The object whose name or first page is given.
struct Search {
    const char* name;
    std::uintptr_t base;
    Library found;
    Range whole;
};

int visit(dl_phdr_info* info, std::size_t, void* data) {
    auto& search = *static_cast<Search*>(data);
    const Range whole = range_of(*info, 0);
    const std::uintptr_t base = whole.begin & ~std::uintptr_t{4095};
    if (search.name != nullptr ? std::strcmp(search.name, info->dlpi_name) != 0 : base != search.base) return 0;
    search.found.base = base;
    search.found.code = range_of(*info, PF_X);
    search.whole = whole;
    return 1;
}

// Those of a child that the driver makes are none of ours. The lock is free in it.
void before_fork() DDLL_NO_THREAD_SAFETY_ANALYSIS {
    lock.lock();
}
void after_fork() DDLL_NO_THREAD_SAFETY_ANALYSIS {
    lock.unlock();
}
void in_child() DDLL_NO_THREAD_SAFETY_ANALYSIS {
    detail::on = false;
    lock.unlock();
}

// --- the place of a call
// ----------------------------------------------------------------------------------------------

const Library* library_at(std::uintptr_t address) DDLL_REQUIRES(lock) {
    for (std::size_t i = 0; i < state().library_count; ++i)
        if (state().libraries[i].code.has(address)) return &state().libraries[i];
    return nullptr;
}

Place inside(const Library& library, std::uintptr_t address) {
    return {address - library.base, library.owner};
}

// Does an instruction end here that calls?
bool behind_call(std::uintptr_t address, const Range& code) {
#if defined(__x86_64__)
    if (address < code.begin + 7) return false;
    const auto* at = reinterpret_cast<const unsigned char*>(address);
    return at[-5] == 0xe8 || at[-2] == 0xff || at[-3] == 0xff || at[-6] == 0xff || at[-7] == 0xff;
#else
    return code.has(address);
#endif
}

/// What seem to be return addresses into drivers, the innermost ones.
struct Trail {
    std::uint64_t way;
    bool any = false;
};

// Between a frame and the one that called the driver: the calling thread's own stack.
DDLL_READS_FOREIGN_MEMORY Trail trail(Caller caller) DDLL_REQUIRES(lock) {
    constexpr std::uintptr_t farthest = 8192;
    constexpr int enough = 2;
    Trail out{reinterpret_cast<std::uintptr_t>(caller.address)};
    const auto frame = reinterpret_cast<std::uintptr_t>(caller.frame);
    const std::uintptr_t end = std::min(OnDriverStack::now().begins, frame + farthest);
    int found = 0;
    for (std::uintptr_t at = (frame + 7) & ~std::uintptr_t{7}; at + 8 <= end && found < enough; at += 8) {
        const std::uintptr_t word = *reinterpret_cast<const volatile std::uintptr_t*>(at);
        const Library* library = library_at(word);
        if (library == nullptr || !behind_call(word, library->code)) continue;
        out.any = true;
        for (const std::uint64_t part : {std::uint64_t{word}, std::uint64_t{at - frame}})
            out.way = (out.way ^ part) * 0x9e3779b97f4a7c15U;
        ++found;
    }
    return out;
}

// The innermost call in a driver's library. Costs some microseconds.
Place unwound(const Caller& caller) {
    std::array<std::uintptr_t, 32> callers;
    const std::size_t count = isolate::callers_outside(callers);
    const Hold hold(lock);
    for (std::size_t i = 0; i < count; ++i)
        if (const Library* library = library_at(callers[i])) return inside(*library, callers[i]);
    return {reinterpret_cast<std::uintptr_t>(caller.address) - 1, 0};
}

void look_for_opening() {
    const char* path = opening_path.load();
    if (path == nullptr) return;
    Search search{path, 0, {}, {}};
    if (dl_iterate_phdr(visit, &search) != 0) library_opened(search.found.base, opening_owner);
}

// All that is left to say of a call that comes from far away: in what the driver was called for.
Place called_place(Place otherwise) DDLL_REQUIRES(lock) {
    const std::uintptr_t function = OnDriverStack::now().function;
    const Library* library = library_at(function);
    return library != nullptr ? inside(*library, function) : otherwise;
}

Place place_of(Caller caller) {
    look_for_opening();
    const auto address = reinterpret_cast<std::uintptr_t>(caller.address) - 1;
    std::uint64_t way = 0;
    {
        const Hold hold(lock);
        if (const Library* library = library_at(address)) return inside(*library, address);
        const Trail found = trail(caller);
        if (!found.any) return called_place({address, 0});
        way = found.way;
        const Known& known = state().known[way >> 54];
        if (known.way == way) return known.place;
    }
    const Place place = unwound(caller);
    const Hold hold(lock);
    state().known[way >> 54] = {way, place};
    return place;
}

// A driver's function whose last act was to call malloc is not on the stack any more: malloc seems to be called by
// whoever called the driver. Real calls of ours come from farther down, or from functions that a driver called.
bool called_last(Caller caller, Place& place) {
    const DriverStack& stack = OnDriverStack::now();
    constexpr std::uintptr_t one_frame = 512;
    if (stack.function == 0 || stack.begins - reinterpret_cast<std::uintptr_t>(caller.frame) > one_frame) return false;
    const Hold hold(lock);
    if (trail(caller).any) return false;
    place = called_place({stack.function, 0});
    return true;
}

/// Does the call come from driver code, and from where?
bool counts(Caller caller, Place& place) {
    if (looking || OnDriverStack::now().begins == 0 || loader.has(caller.address)) return false;
    if (is_of_program(caller.address)) return called_last(caller, place);
    const int error = errno;
    looking = true;
    place = place_of(caller);
    looking = false;
    errno = error;
    return true;
}

std::uintptr_t number(const void* address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

} // namespace

void begin() {
    static const bool known_to_fork = [] {
        Search search{nullptr, getauxval(AT_BASE), {}, {}};
        if (dl_iterate_phdr(visit, &search) != 0) loader = search.whole;
        return pthread_atfork(before_fork, after_fork, in_child) == 0;
    }();
    detail::asked = true;
    detail::on = known_to_fork;
}

void end() {
    detail::on = false;
    const Hold hold(lock);
    state().blocks = BlockTable();
    state().mappings = RangeList();
    state().library_count = 0;
    state().known = {};
}

void clear_what_is_freed() {
    detail::asked = true;
    detail::clears = true;
}

void library_opening(const char* path, std::uint16_t owner) {
    opening_owner = owner;
    opening_path = path;
}

void library_opened(std::uintptr_t base, std::uint16_t owner) {
    opening_path = nullptr;
    Search search{nullptr, base, {}, {}};
    if (dl_iterate_phdr(visit, &search) == 0) return;
    search.found.owner = owner;
    const Hold hold(lock);
    State& s = state();
    const auto* known = std::find_if(s.libraries.data(), s.libraries.data() + s.library_count,
                                     [&](const Library& library) { return library.base == base; });
    if (known != s.libraries.data() + s.library_count || s.library_count == s.libraries.size()) return;
    s.libraries[s.library_count++] = search.found;
}

void library_gone(std::uintptr_t base) {
    opening_path = nullptr;
    const Hold hold(lock);
    State& s = state();
    auto* const end = s.libraries.data() + s.library_count;
    s.library_count = static_cast<std::size_t>(
        std::remove_if(s.libraries.data(), end, [&](const Library& library) { return library.base == base; }) -
        s.libraries.data());
    s.known = {};
}

Pieces pieces() {
    Pieces out;
    for (std::size_t room = 1024;; room *= 2) {
        out.all = PageArray<Piece>(room);
        const Hold hold(lock);
        if (out.all.capacity() == 0) return out;
        State& s = state();
        if (s.blocks.count() + s.mappings.count() > room) continue;
        const auto take = [&](const Piece& piece) { out.all[out.count++] = piece; };
        s.blocks.each(take);
        s.mappings.each(take);
        return out;
    }
}

Piece block_at(const void* address) {
    const Hold hold(lock);
    return state().blocks.find(number(address)).value_or(Piece{});
}

bool put_off(void (*handler)(int)) {
    return lock.put_off(handler);
}

void allocated(void* block, std::size_t size, Caller caller) {
    Place place;
    if (block == nullptr || !counts(caller, place)) return;
    const Hold hold(lock);
    state().blocks.add({number(block), size, place.site, calls(), place.owner, false});
}

Piece freed(void* block) {
    const Hold hold(lock);
    return state().blocks.take(number(block)).value_or(Piece{});
}

void kept(const Piece& piece) {
    if (piece.address == 0) return;
    const Hold hold(lock);
    if (piece.mapping)
        state().mappings.add(piece);
    else
        state().blocks.add(piece);
}

void reallocated(const Piece& before, void* block, std::size_t size, Caller caller) {
    if (before.address == 0) return;
    Piece now = before;
    now.address = number(block);
    now.size = size;
    if (Place place; counts(caller, place)) {
        now.site = place.site;
        now.owner = place.owner;
        now.call = calls();
    }
    kept(now);
}

void mapped(void* address, std::size_t size, Caller caller) {
    Place place;
    if (!counts(caller, place)) return unmapped(address, size);
    kept({number(address), size, place.site, calls(), place.owner, true});
}

void unmapped(void* address, std::size_t size) {
    const Hold hold(lock);
    state().mappings.cut(number(address), size);
}

Piece mapping_at(const void* address) {
    const Hold hold(lock);
    return state().mappings.find(number(address)).value_or(Piece{});
}

void remapped(const Piece& before, void* address, std::size_t size) {
    Piece now = before;
    now.address = number(address);
    now.size = size;
    if (before.address != 0) kept(now);
}

} // namespace memory_watch
} // namespace ddll::host
