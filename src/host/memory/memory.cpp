#include "host/memory/memory.h"

#include "host/probe/fresh_memory.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <map>
#include <tuple>
#include <utility>

namespace ddll::host {
namespace {

// As wide as malloc's alignment. The byte makes free(), if a driver calls it for such memory, find a size that cannot
// be: the C library then ends the program at that place.
constexpr std::size_t guard_size = 16;
constexpr unsigned char guard_byte = 0xd8;
constexpr unsigned char freed_byte = 0xdf;
constexpr std::size_t most_filled = 4096; ///< of a freed block: the rest is not watched
constexpr std::size_t largest_binary = std::size_t{1} << 47;
constexpr std::size_t binary_header = offsetof(ErlDrvBinary, orig_bytes);

char* guarded(std::size_t size) {
    if (size > largest_binary) return nullptr;
    auto* whole = static_cast<char*>(std::malloc(guard_size + size + guard_size));
    if (whole == nullptr) return nullptr;
    std::memset(whole, guard_byte, guard_size);
    std::memset(whole + guard_size + size, guard_byte, guard_size);
    fresh_memory::paint(whole + guard_size, size);
    return whole + guard_size;
}

bool is_guard(char byte) {
    return static_cast<unsigned char>(byte) == guard_byte;
}

std::uint64_t hash_of(const char* data, std::size_t size) {
    std::uint64_t hash = size * 0x9e3779b97f4a7c15;
    const auto mix = [&](std::uint64_t word) {
        hash = (hash ^ word) * 0xff51afd7ed558ccd;
        hash ^= hash >> 32;
    };
    for (; size >= 8; data += 8, size -= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data, 8);
        mix(word);
    }
    std::uint64_t rest = 0;
    std::memcpy(&rest, data, size);
    mix(rest);
    return hash;
}

// The whole of a binary as the table of blocks would have it.
char* data_of(ErlDrvBinary* binary) {
    return reinterpret_cast<char*>(binary);
}

} // namespace

DriverMemory::~DriverMemory() {
    for (const auto& [pointer, block] : blocks_) std::free(static_cast<char*>(const_cast<void*>(pointer)) - guard_size);
    for (const Freed& freed : kept_) std::free(freed.data - guard_size);
}

void DriverMemory::remember_freed(const void* pointer) {
    freed_[freed_next_++ % remembered] = pointer;
}

PointerState DriverMemory::absent_state(const void* pointer) const {
    if (pointer == nullptr) return PointerState::foreign;
    return std::find(std::begin(freed_), std::end(freed_), pointer) != std::end(freed_) ? PointerState::freed
                                                                                        : PointerState::foreign;
}

void DriverMemory::check_guards(const char* data, std::size_t size, bool is_binary) {
    const std::size_t shown = is_binary ? size - binary_header : size;
    for (std::size_t i = guard_size; i > 0; --i)
        if (!is_guard(data[-static_cast<std::ptrdiff_t>(i)])) {
            damage_.push_back({Damage::Where::before, is_binary, shown, i});
            break;
        }
    for (std::size_t i = guard_size; i > 0; --i)
        if (!is_guard(data[size + i - 1])) {
            damage_.push_back({Damage::Where::behind, is_binary, shown, i});
            break;
        }
}

void DriverMemory::check_freed(const Freed& freed) {
    const std::size_t filled = std::min(freed.size, most_filled);
    for (std::size_t i = 0; i < filled; ++i)
        if (static_cast<unsigned char>(freed.data[i]) != freed_byte) {
            damage_.push_back(
                {Damage::Where::freed, freed.is_binary, freed.is_binary ? freed.size - binary_header : freed.size, i});
            return;
        }
}

void DriverMemory::retire(char* data, std::size_t size, bool is_binary) {
    check_guards(data, size, is_binary);
    if (is_binary) std::erase_if(shares_, [&](const Share& share) { return data_of(share.binary) == data; });
    remember_freed(data);
    std::memset(data, freed_byte, std::min(size, most_filled));
    kept_.push_back({data, size, is_binary});
    kept_bytes_ += size;
    while (kept_.size() > most_kept || kept_bytes_ > most_kept_bytes) {
        const Freed oldest = kept_.front();
        kept_.pop_front();
        kept_bytes_ -= oldest.size;
        check_freed(oldest);
        std::free(oldest.data - guard_size);
    }
}

bool DriverMemory::is_of_freed(std::uintptr_t pointer) {
    std::uintptr_t filled = 0;
    std::memset(&filled, freed_byte, sizeof filled);
    return pointer == filled;
}

std::size_t DriverMemory::whole(const Block& block) {
    return block.is_binary ? binary_header + block.size : block.size;
}

void* DriverMemory::make(std::size_t size, const Made& made, bool is_binary) {
    Block block{size, made, is_binary, 0};
    char* data = size > largest_binary ? nullptr : guarded(whole(block));
    if (data == nullptr) return nullptr;
    const MutexLock hold(lock_);
    block.number = next_number_++;
    blocks_.insert_or_assign(data, block);
    count(made, true);
    return data;
}

void* DriverMemory::move(void* from, std::size_t size, bool is_binary, PointerState& state) {
    state = PointerState::live;
    const MutexLock hold(lock_);
    const auto it = find(from, is_binary);
    if (it == blocks_.end()) {
        state = absent_state(from);
        return nullptr;
    }
    const Block before = it->second;
    Block after = before;
    after.size = size;
    char* moved = size > largest_binary ? nullptr : guarded(whole(after));
    if (moved == nullptr) return nullptr;
    std::memcpy(moved, from, std::min(whole(before), whole(after)));
    blocks_.erase(it);
    retire(static_cast<char*>(from), whole(before), is_binary);
    blocks_.insert_or_assign(moved, after);
    return moved;
}

DriverMemory::Table::iterator DriverMemory::find(const void* pointer, bool is_binary) {
    const auto it = blocks_.find(pointer);
    return it == blocks_.end() || it->second.is_binary != is_binary ? blocks_.end() : it;
}

void DriverMemory::drop(Table::iterator block) {
    const Block last = block->second;
    auto* data = static_cast<char*>(const_cast<void*>(block->first));
    count(last.made, false);
    blocks_.erase(block);
    retire(data, whole(last), last.is_binary);
}

void* DriverMemory::allocate(std::size_t size, const Made& made) {
    return make(size, made, false);
}

void* DriverMemory::reallocate(void* block, std::size_t size, const Made& made, PointerState& state) {
    if (block != nullptr) return move(block, size, false, state);
    state = PointerState::live;
    return make(size, made, false);
}

PointerState DriverMemory::release(void* block) {
    const MutexLock hold(lock_);
    const auto it = find(block, false);
    if (it == blocks_.end()) return absent_state(block);
    drop(it);
    return PointerState::live;
}

std::optional<std::uint64_t> DriverMemory::number_of(const void* block) {
    const MutexLock hold(lock_);
    const auto it = find(block, false);
    if (it == blocks_.end()) return std::nullopt;
    return it->second.number;
}

std::optional<std::size_t> DriverMemory::size_of(const void* block) {
    const MutexLock hold(lock_);
    const auto it = find(block, false);
    if (it == blocks_.end()) return std::nullopt;
    return it->second.size;
}

ErlDrvBinary* DriverMemory::allocate_binary(std::size_t size, const Made& made) {
    auto* binary = static_cast<ErlDrvBinary*>(make(size, made, true));
    if (binary != nullptr) binary->orig_size = static_cast<ErlDrvSInt>(size);
    return binary;
}

ErlDrvBinary* DriverMemory::reallocate_binary(ErlDrvBinary* binary, std::size_t size, PointerState& state) {
    auto* moved = static_cast<ErlDrvBinary*>(move(binary, size, true, state));
    if (moved != nullptr) moved->orig_size = static_cast<ErlDrvSInt>(size);
    return moved;
}

PointerState DriverMemory::state_of(const ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    return find(binary, true) != blocks_.end() ? PointerState::live : absent_state(binary);
}

std::int64_t DriverMemory::references(const ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    return blocks_.at(binary).references;
}

std::int64_t DriverMemory::add_reference(ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    return ++blocks_.at(binary).references;
}

std::int64_t DriverMemory::drop_reference(ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    const auto it = find(binary, true);
    // A driver that frees too often leaves messages behind that still think they have a reference.
    if (it == blocks_.end()) return 0;
    if (--it->second.references > 0) return it->second.references;
    drop(it);
    return 0;
}

void DriverMemory::lend(ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    ++blocks_.at(binary).lent;
}

void DriverMemory::take_back(ErlDrvBinary* binary) {
    {
        const MutexLock hold(lock_);
        if (const auto it = find(binary, true); it != blocks_.end()) --it->second.lent;
    }
    drop_reference(binary);
}

bool DriverMemory::is_only_lent(const ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    const auto it = find(binary, true);
    if (it == blocks_.end()) return false;
    const Block& block = it->second;
    return block.lent > 0 && block.references <= block.lent + block.in_messages;
}

std::int64_t DriverMemory::decrease_reference(ErlDrvBinary* binary) {
    const MutexLock hold(lock_);
    auto& info = blocks_.at(binary);
    if (info.references <= 1) return 0;
    return --info.references;
}

std::shared_ptr<const void> DriverMemory::share(ErlDrvBinary* binary, std::size_t offset, std::size_t length,
                                                PortId port) {
    refer_in_message(binary, 1);
    std::shared_ptr<const void> message(static_cast<const void*>(binary), [this, binary](const void*) {
        refer_in_message(binary, -1);
        drop_reference(binary);
    });
    const std::uint64_t hash = hash_of(binary->orig_bytes + offset, length);
    const MutexLock hold(lock_);
    shares_.push_back({message, binary, offset, length, port, hash});
    return message;
}

std::vector<DriverMemory::ChangedShare> DriverMemory::changed_shares() {
    std::vector<ChangedShare> changed;
    std::vector<std::shared_ptr<const void>> held; // given up without the lock, which the last reference needs
    {
        const MutexLock hold(lock_);
        std::erase_if(shares_, [&](Share& share) {
            held.push_back(share.message.lock());
            if (held.back() == nullptr) return true;
            const std::uint64_t hash = hash_of(share.binary->orig_bytes + share.offset, share.length);
            if (hash != share.hash) changed.push_back({share.port, share.length});
            share.hash = hash;
            return false;
        });
    }
    return changed;
}

void DriverMemory::refer_in_message(ErlDrvBinary* binary, int change) {
    const MutexLock hold(lock_);
    const auto it = find(binary, true);
    if (it == blocks_.end()) return;
    it->second.in_messages += change;
    if (change > 0) ++it->second.references;
}

// --- what was not given back ----------------------------------------------------------------------------------------

// The lock is held.
void DriverMemory::count(const Made& made, bool more) {
    if (!made.port) return;
    if (more) {
        ++made_by_port_[made.port];
    } else if (const auto it = made_by_port_.find(made.port); it != made_by_port_.end() && --it->second == 0) {
        made_by_port_.erase(it);
    }
}

std::size_t DriverMemory::take_made_by_port(PortId port) {
    const MutexLock hold(lock_);
    const auto it = made_by_port_.find(port);
    if (it == made_by_port_.end()) return 0;
    const std::size_t n = it->second;
    made_by_port_.erase(it);
    return n;
}

template <class Wanted>
std::vector<DriverMemory::Left> DriverMemory::left(Wanted wanted) {
    const MutexLock hold(lock_);
    struct Group {
        Left left;
        std::uint64_t first = UINT64_MAX;
    };
    std::map<std::tuple<bool, words::ApiFunction, const void*>, Group> groups;
    for (const auto& [pointer, block] : blocks_) {
        if (!wanted(block.made) || block.references <= block.in_messages) continue;
        Group& group = groups[{block.is_binary, block.made.function, block.made.address}];
        if (group.left.count++ == 0) {
            group.left.made = block.made;
            group.left.is_binary = block.is_binary;
        }
        group.left.bytes += block.size;
        group.first = std::min(group.first, block.number);
    }
    std::vector<Group> sorted;
    for (auto& [key, group] : groups) sorted.push_back(std::move(group));
    std::sort(sorted.begin(), sorted.end(), [](const Group& a, const Group& b) { return a.first < b.first; });
    std::vector<Left> out;
    for (Group& group : sorted) out.push_back(group.left);
    return out;
}

std::vector<DriverMemory::Left> DriverMemory::left_by(DriverId driver) {
    return left([&](const Made& made) { return made.driver == driver; });
}

std::vector<DriverMemory::Left> DriverMemory::left_by(PortId port) {
    return left([&](const Made& made) { return made.port == port; });
}

void DriverMemory::disown(DriverId driver) {
    const MutexLock hold(lock_);
    for (auto& [pointer, block] : blocks_)
        if (block.made.driver == driver) block.made.driver = {};
}

HeapUse DriverMemory::used_by(DriverId owner) {
    const MutexLock hold(lock_);
    HeapUse use;
    for (const auto& [pointer, block] : blocks_) {
        if (block.made.driver != owner) continue;
        ++(block.is_binary ? use.binaries : use.blocks);
        (block.is_binary ? use.binary_bytes : use.block_bytes) += block.size;
    }
    return use;
}

void DriverMemory::inspect(DriverId owner) {
    const MutexLock hold(lock_);
    const std::size_t before = damage_.size();
    for (const auto& [pointer, block] : blocks_)
        if (!owner || block.made.driver == owner)
            check_guards(static_cast<const char*>(pointer), whole(block), block.is_binary);
    for (const Freed& freed : kept_) check_freed(freed);
    for (Freed& freed : kept_) std::memset(freed.data, freed_byte, std::min(freed.size, most_filled));
    // The table has no order that a report may show.
    std::sort(damage_.begin() + static_cast<std::ptrdiff_t>(before), damage_.end(),
              [](const Damage& a, const Damage& b) {
                  return std::tie(a.where, a.is_binary, a.size, a.distance) <
                         std::tie(b.where, b.is_binary, b.size, b.distance);
              });
}

std::vector<Damage> DriverMemory::take_damage() {
    const MutexLock hold(lock_);
    return std::exchange(damage_, {});
}

} // namespace ddll::host
