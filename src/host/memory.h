#pragma once
/// The driver heap: driver_alloc blocks and driver binaries, each in a table so that a wild pointer is recognised
/// without being touched. Any thread may call; one lock guards the tables.
#include "base/id.h"

#include <erl_driver.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace ddll::host {

/// What a pointer given back by a driver turned out to be.
enum class PointerState : std::uint8_t { live, freed, foreign };

struct HeapUse {
    std::size_t blocks = 0, block_bytes = 0;
    std::size_t binaries = 0, binary_bytes = 0;
};

class DriverMemory {
public:
    DriverMemory() = default;
    ~DriverMemory();
    DriverMemory(const DriverMemory&) = delete;

    /// As malloc, but never nullptr for 0 bytes; nullptr when memory is exhausted. `owner` is whose leak it would be.
    void* allocate(std::size_t size, DriverId owner);
    /// nullptr with `state` freed or foreign when `block` is not a live block, nullptr with live on exhaustion.
    void* reallocate(void* block, std::size_t size, DriverId owner, PointerState& state);
    PointerState release(void* block);
    std::optional<std::size_t> size_of(const void* block); ///< of a live driver_alloc block

    /// Reference count 1; nullptr when memory is exhausted.
    ErlDrvBinary* allocate_binary(std::size_t size, DriverId owner);
    ErlDrvBinary* reallocate_binary(ErlDrvBinary* binary, std::size_t size, PointerState& state);
    PointerState state_of(const ErlDrvBinary* binary);
    std::int64_t references(const ErlDrvBinary* binary); ///< of a live binary
    std::int64_t add_reference(ErlDrvBinary* binary);    ///< of a live binary; the new count
    /// Drops one reference of a live binary and frees it at 0; the new count.
    std::int64_t drop_reference(ErlDrvBinary* binary);
    /// driver_binary_dec_refc: never frees; reaching 0 this way is a mistake of the driver and the count stays 1.
    std::int64_t decrease_reference(ErlDrvBinary* binary);

    /// An owner for messages: keeps one reference to `binary` until the last copy of the term is gone.
    std::shared_ptr<const void> share(ErlDrvBinary* binary);

    HeapUse used_by(DriverId owner);

private:
    struct Block {
        std::size_t size;
        DriverId owner;
    };
    struct Binary {
        std::int64_t references;
        DriverId owner;
    };

    std::mutex lock_;
    std::unordered_map<const void*, Block> blocks_;
    std::unordered_map<const ErlDrvBinary*, Binary> binaries_;
    // The last pointers freed, to tell "freed twice" from "never ours".
    static constexpr std::size_t remembered = 1024;
    const void* freed_[remembered] = {};
    std::size_t freed_next_ = 0;

    void remember_freed(const void* pointer);
    PointerState absent_state(const void* pointer) const;
};

} // namespace ddll::host
