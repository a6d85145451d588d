#pragma once
/// Memory that drivers ask of the system behind the driver API's back: what they, and libraries that they call, have
/// got from malloc and mmap and not given back. api/interposed_memory.cpp tells of every call. What the host itself
/// asks for, also in a driver's name, does not count, and neither does what the loader needs.
///
/// The one state of the host that does not belong to a Host: malloc is given no context, and it may be called by a
/// thread that a host left behind. Any thread may call what is here, at any time.
#include "host/probe/blocks.h"

#include <atomic>
#include <cstdint>

namespace ddll::host {

/// Where driver code begins on the calling thread's stack, while it runs there: the frame that called it, and what it
/// called.
struct DriverStack {
    std::uintptr_t begins = 0;
    std::uintptr_t function = 0; ///< 0 for a library's constructors and destructors
};

/// For the scope of a call into a driver, made by the function whose frame is given.
class OnDriverStack {
public:
    OnDriverStack(const void* frame, std::uintptr_t function) : before_(now_) {
        now_ = {reinterpret_cast<std::uintptr_t>(frame), function};
    }
    ~OnDriverStack() { now_ = before_; }
    OnDriverStack(const OnDriverStack&) = delete;

    static const DriverStack& now() { return now_; }

private:
    static constinit thread_local DriverStack now_;
    DriverStack before_;
};

/// For the scope of what the host does without having entered (Threads::enter): driver code waits meanwhile.
class HostWork {
public:
    HostWork() : inner_(nullptr, 0) {}

private:
    OnDriverStack inner_;
};

/// All pieces at one time.
struct Pieces {
    PageArray<Piece> all;
    std::size_t count = 0;
};

namespace memory_watch {

namespace detail {
extern std::atomic<bool> on;
extern std::atomic<std::uint32_t> calls;
extern std::atomic<bool> clears;
/// Anything was asked for in this process that calls of malloc and free are to be looked at for.
inline constinit std::atomic<bool> asked = false;
} // namespace detail

/// The one question outside of runs that look closely: neither is memory watched or cleared, nor is fresh memory
/// filled.
inline bool asked() {
    return detail::asked.load(std::memory_order_relaxed);
}

inline bool on() {
    return detail::on.load(std::memory_order_relaxed);
}

void begin();
void end();

/// From here on, and in children, what the program itself frees is cleared before. What is left in free memory looks
/// like pointers to what driver code gets there later, and nothing of that would seem to be lost.
void clear_what_is_freed();
/// Is the calling thread's next call of free one of the program itself, which is to be cleared?
inline bool clears() {
    return detail::clears.load(std::memory_order_relaxed) && OnDriverStack::now().begins == 0;
}

// --- what is told by the host
// -----------------------------------------------------------------------------------------

/// A callback is entered, or a library opened or closed.
inline void driver_called() {
    if (on()) detail::calls.fetch_add(1, std::memory_order_relaxed);
}
inline std::uint32_t calls() {
    return detail::calls.load(std::memory_order_relaxed);
}
/// Constructors of the driver's library are about to run: its code is to be known by then. `path` must stay until this
/// is called with nullptr.
void library_opening(const char* path, std::uint16_t owner);
void library_opened(std::uintptr_t base, std::uint16_t owner);
void library_gone(std::uintptr_t base);

Pieces pieces();
/// What driver code got from malloc at that address, and has; without an address when it is nothing.
Piece block_at(const void* address);

/// For a handler of signals that does not return: a thread that has the lock of the tables keeps it then, and all
/// others wait. True when this one has it: the handler is to return, and is called again as soon as the lock is free.
bool put_off(void (*handler)(int));

// --- what is told by the functions that stand in front of the C library's
// -----------------------------------------------

/// Who asks: the return address of malloc, and where on the stack it lies.
struct Caller {
    const void* address;
    const void* frame;
};

void allocated(void* block, std::size_t size, Caller caller);
/// Before it is freed: somebody may be given the same address at once.
Piece freed(void* block);
/// As freed, and it moved. What was not watched before is not from there on.
void reallocated(const Piece& before, void* block, std::size_t size, Caller caller);
/// It was not freed after all.
void kept(const Piece& piece);

void mapped(void* address, std::size_t size, Caller caller);
void unmapped(void* address, std::size_t size);
/// A mapping that was changed in size or place, of what `unmapped` is told before.
Piece mapping_at(const void* address);
void remapped(const Piece& before, void* address, std::size_t size);

} // namespace memory_watch
} // namespace ddll::host
