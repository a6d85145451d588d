#pragma once
/// The driver heap: driver_alloc blocks and driver binaries, all in one table so that a wild pointer is recognised
/// without being touched. Each lies between guard bytes, and what was freed is kept for a while, so that writing where
/// one must not is seen later. Any thread may call; one lock guards the table.
#include "base/id.h"
#include "base/mutex.h"
#include "host/made.h"

#include <erl_driver.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

namespace ddll::host {

/// What a pointer given back by a driver turned out to be.
enum class PointerState : std::uint8_t { live, freed, foreign };

/// Memory that was written where the driver must not write.
struct Damage {
    enum class Where : std::uint8_t { before, behind, freed };
    Where where;
    bool is_binary;
    std::size_t size;     ///< of the block or binary
    std::size_t distance; ///< of the farthest byte written from the block, from 1; when freed, the offset of the first
};

struct HeapUse {
    std::size_t blocks = 0, block_bytes = 0;
    std::size_t binaries = 0, binary_bytes = 0;
};

class DriverMemory {
public:
    DriverMemory() = default;
    ~DriverMemory();
    DriverMemory(const DriverMemory&) = delete;

    /// As malloc, but never nullptr for 0 bytes; nullptr when memory is exhausted. `made` tells whose leak it would be.
    /// Whether this is what a pointer shows that is read from freed memory.
    static bool is_of_freed(std::uintptr_t pointer);
    void* allocate(std::size_t size, const Made& made);
    /// nullptr with `state` freed or foreign when `block` is not a live block, nullptr with live on exhaustion.
    void* reallocate(void* block, std::size_t size, const Made& made, PointerState& state);
    PointerState release(void* block);
    std::optional<std::size_t> size_of(const void* block);     ///< of a live driver_alloc block
    std::optional<std::uint64_t> number_of(const void* block); ///< likewise: in the order of allocation, from 1

    /// Reference count 1; nullptr when memory is exhausted.
    ErlDrvBinary* allocate_binary(std::size_t size, const Made& made);
    ErlDrvBinary* reallocate_binary(ErlDrvBinary* binary, std::size_t size, PointerState& state);
    PointerState state_of(const ErlDrvBinary* binary);
    std::int64_t references(const ErlDrvBinary* binary); ///< of a live binary
    std::int64_t add_reference(ErlDrvBinary* binary);    ///< of a live binary; the new count
    /// Drops one reference and frees the binary at 0; the new count. 0 for what is no live binary.
    std::int64_t drop_reference(ErlDrvBinary* binary);
    /// The caller's reference is lent to the driver for a while, which must not give it up.
    void lend(ErlDrvBinary* binary);
    /// The end of that: drops the reference.
    void take_back(ErlDrvBinary* binary);
    /// A live binary to which nobody has a reference but messages and who has lent it.
    bool is_only_lent(const ErlDrvBinary* binary);
    /// driver_binary_dec_refc: never frees; reaching 0 this way is a mistake of the driver and the count stays 1.
    std::int64_t decrease_reference(ErlDrvBinary* binary);

    /// An owner for messages: keeps one reference to `binary` until the last copy of the term is gone. Until then the
    /// bytes must stay as they are; changed_shares reports `port`.
    std::shared_ptr<const void> share(ErlDrvBinary* binary, std::size_t offset, std::size_t length, PortId port);
    /// A binary whose bytes changed after they were sent.
    struct ChangedShare {
        PortId port;
        std::size_t length = 0;
    };
    /// Looks at all that are still in a message; each change is reported once.
    std::vector<ChangedShare> changed_shares();

    HeapUse used_by(DriverId owner);
    /// What one call, at one place, made and was not given back.
    struct Left {
        Made made;
        bool is_binary = false;
        std::size_t count = 0, bytes = 0;
    };
    /// Of a driver, or (second form) made in callbacks of a port; in the order in which the calls came first. Binaries
    /// that only messages refer to are not counted. Both cost a walk over all that is live; the second is for when
    /// take_made_by_port() says that it is worth it.
    std::vector<Left> left_by(DriverId driver);
    std::vector<Left> left_by(PortId port);
    /// Blocks and binaries made in callbacks of the port and still there. Forgets the port's count.
    std::size_t take_made_by_port(PortId port);
    /// What is left of a driver belongs to no driver from here on: it was reported.
    void disown(DriverId driver);

    /// Looks at the guards of a driver's live memory (of everybody's for none), and at what is kept of the freed.
    void inspect(DriverId owner);
    /// What was found damaged since the last time: by inspect, or when something was freed.
    std::vector<Damage> take_damage();

private:
    struct Block {
        std::size_t size; ///< of a binary's bytes, whose orig_size may be written by the driver
        Made made;
        bool is_binary;
        std::uint64_t number; ///< in order of allocation
        std::int64_t references = 1;
        std::int64_t in_messages = 0; ///< references that messages have
        std::int64_t lent = 0;        ///< references that the emulator has for the time of a callback
    };
    using Table = std::unordered_map<const void*, Block>;
    struct Share {
        std::weak_ptr<const void> message;
        ErlDrvBinary* binary;
        std::size_t offset, length;
        PortId port;
        std::uint64_t hash;
    };
    struct Freed {
        char* data;
        std::size_t size;
        bool is_binary;
    };

    ddll::Mutex lock_;
    Table blocks_ DDLL_GUARDED_BY(lock_);
    // The last pointers freed, to tell "freed twice" from "never ours".
    static constexpr std::size_t remembered = 1024;
    const void* freed_[remembered] DDLL_GUARDED_BY(lock_) = {};
    std::size_t freed_next_ DDLL_GUARDED_BY(lock_) = 0;

    // Freed memory waits here, filled, until there is too much of it.
    static constexpr std::size_t most_kept = 256, most_kept_bytes = std::size_t{1} << 20;
    std::deque<Freed> kept_ DDLL_GUARDED_BY(lock_);
    std::size_t kept_bytes_ DDLL_GUARDED_BY(lock_) = 0;
    std::vector<Damage> damage_ DDLL_GUARDED_BY(lock_);
    std::vector<Share> shares_ DDLL_GUARDED_BY(lock_);
    std::uint64_t next_number_ DDLL_GUARDED_BY(lock_) = 1;
    std::unordered_map<PortId, std::size_t> made_by_port_ DDLL_GUARDED_BY(lock_);

    static std::size_t whole(const Block& block); ///< bytes between its guards
    void* make(std::size_t size, const Made& made, bool is_binary);
    void* move(void* from, std::size_t size, bool is_binary, PointerState& state);
    /// A live one of that kind.
    Table::iterator find(const void* pointer, bool is_binary) DDLL_REQUIRES(lock_);
    void drop(Table::iterator block) DDLL_REQUIRES(lock_);
    void refer_in_message(ErlDrvBinary* binary, int change);
    void count(const Made& made, bool more) DDLL_REQUIRES(lock_);
    template <class Wanted>
    std::vector<Left> left(Wanted wanted);

    void remember_freed(const void* pointer) DDLL_REQUIRES(lock_);
    void check_guards(const char* data, std::size_t size, bool is_binary) DDLL_REQUIRES(lock_);
    void check_freed(const Freed& freed) DDLL_REQUIRES(lock_);
    /// Takes memory out of use: `data` lies behind its front guard.
    void retire(char* data, std::size_t size, bool is_binary) DDLL_REQUIRES(lock_);
    PointerState absent_state(const void* pointer) const DDLL_REQUIRES(lock_);
};

} // namespace ddll::host
