#pragma once
/// What memory holds before it is written: in a run that asks for it the same byte everywhere. What follows that byte
/// from one such run to another, and reaches Erlang, the driver never wrote.
#include <cstddef>
#include <cstdint>
#include <optional>

namespace ddll::host::fresh_memory {

/// From here on, in this process: memory of driver_alloc, driver_alloc_binary and malloc, the buffers for answers, and
/// the stack below each callback. Before code of drivers runs.
void fill_with(std::uint8_t byte);

namespace detail {
inline constinit std::optional<std::uint8_t> byte;
void paint(void* memory, std::size_t size);
void paint_stack();
} // namespace detail

/// Any thread. Nothing where it was not asked for.
inline void paint(void* memory, std::size_t size) {
    if (detail::byte && memory != nullptr) [[unlikely]]
        detail::paint(memory, size);
}
/// Below the caller's frame.
inline void paint_stack() {
    if (detail::byte) [[unlikely]]
        detail::paint_stack();
}

} // namespace ddll::host::fresh_memory
