#include "host/probe/fresh_memory.h"

#include "host/probe/memory_watch.h"

#include <cstring>

namespace ddll::host::fresh_memory {

void fill_with(std::uint8_t byte) {
    detail::byte = byte;
    memory_watch::detail::asked = true;
}

void detail::paint(void* memory, std::size_t size) {
    std::memset(memory, *byte, size);
}

// As much as a callback with buffers of its own may use. What the host's own calls leave in it only hides something.
[[gnu::noinline]] void detail::paint_stack() {
    constexpr std::size_t room = 16 * 1024;
    char below[room];
    std::memset(below, *byte, room);
    asm volatile("" : : "r"(below) : "memory"); // never read, and yet it is to be written
}

} // namespace ddll::host::fresh_memory
