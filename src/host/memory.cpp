#include "host/memory.h"

#include <algorithm>
#include <cstdlib>

namespace ddll::host {

DriverMemory::~DriverMemory() {
    for (const auto& [pointer, block] : blocks_) std::free(const_cast<void*>(pointer));
    for (const auto& [binary, info] : binaries_) std::free(const_cast<ErlDrvBinary*>(binary));
}

void DriverMemory::remember_freed(const void* pointer) {
    freed_[freed_next_++ % remembered] = pointer;
}

PointerState DriverMemory::absent_state(const void* pointer) const {
    if (pointer == nullptr) return PointerState::foreign;
    return std::find(std::begin(freed_), std::end(freed_), pointer) != std::end(freed_) ? PointerState::freed
                                                                                        : PointerState::foreign;
}

void* DriverMemory::allocate(std::size_t size, DriverId owner) {
    void* block = std::malloc(size == 0 ? 1 : size);
    if (block == nullptr) return nullptr;
    const std::lock_guard guard(lock_);
    blocks_.insert_or_assign(block, Block{size, owner});
    return block;
}

void* DriverMemory::reallocate(void* block, std::size_t size, DriverId owner, PointerState& state) {
    state = PointerState::live;
    if (block == nullptr) return allocate(size, owner);
    const std::lock_guard guard(lock_);
    const auto it = blocks_.find(block);
    if (it == blocks_.end()) {
        state = absent_state(block);
        return nullptr;
    }
    const DriverId first_owner = it->second.owner;
    void* moved = std::realloc(block, size == 0 ? 1 : size);
    if (moved == nullptr) return nullptr;
    blocks_.erase(it);
    blocks_.insert_or_assign(moved, Block{size, first_owner});
    return moved;
}

PointerState DriverMemory::release(void* block) {
    const std::lock_guard guard(lock_);
    const auto it = blocks_.find(block);
    if (it == blocks_.end()) return absent_state(block);
    blocks_.erase(it);
    remember_freed(block);
    std::free(block);
    return PointerState::live;
}

std::optional<std::size_t> DriverMemory::size_of(const void* block) {
    const std::lock_guard guard(lock_);
    const auto it = blocks_.find(block);
    if (it == blocks_.end()) return std::nullopt;
    return it->second.size;
}

ErlDrvBinary* DriverMemory::allocate_binary(std::size_t size, DriverId owner) {
    if (size > std::size_t{1} << 47) return nullptr;
    auto* binary = static_cast<ErlDrvBinary*>(std::malloc(sizeof(ErlDrvBinary) + size));
    if (binary == nullptr) return nullptr;
    binary->orig_size = static_cast<ErlDrvSInt>(size);
    const std::lock_guard guard(lock_);
    binaries_.insert_or_assign(binary, Binary{1, owner});
    return binary;
}

ErlDrvBinary* DriverMemory::reallocate_binary(ErlDrvBinary* binary, std::size_t size, PointerState& state) {
    state = PointerState::live;
    const std::lock_guard guard(lock_);
    const auto it = binaries_.find(binary);
    if (it == binaries_.end()) {
        state = absent_state(binary);
        return nullptr;
    }
    if (size > std::size_t{1} << 47) return nullptr;
    const Binary info = it->second;
    auto* moved = static_cast<ErlDrvBinary*>(std::realloc(binary, sizeof(ErlDrvBinary) + size));
    if (moved == nullptr) return nullptr;
    moved->orig_size = static_cast<ErlDrvSInt>(size);
    binaries_.erase(it);
    binaries_.insert_or_assign(moved, info);
    return moved;
}

PointerState DriverMemory::state_of(const ErlDrvBinary* binary) {
    const std::lock_guard guard(lock_);
    return binaries_.contains(binary) ? PointerState::live : absent_state(binary);
}

std::int64_t DriverMemory::references(const ErlDrvBinary* binary) {
    const std::lock_guard guard(lock_);
    return binaries_.at(binary).references;
}

std::int64_t DriverMemory::add_reference(ErlDrvBinary* binary) {
    const std::lock_guard guard(lock_);
    return ++binaries_.at(binary).references;
}

std::int64_t DriverMemory::drop_reference(ErlDrvBinary* binary) {
    const std::lock_guard guard(lock_);
    const auto it = binaries_.find(binary);
    if (--it->second.references > 0) return it->second.references;
    binaries_.erase(it);
    remember_freed(binary);
    std::free(binary);
    return 0;
}

std::int64_t DriverMemory::decrease_reference(ErlDrvBinary* binary) {
    const std::lock_guard guard(lock_);
    auto& info = binaries_.at(binary);
    if (info.references <= 1) return 0;
    return --info.references;
}

std::shared_ptr<const void> DriverMemory::share(ErlDrvBinary* binary) {
    add_reference(binary);
    return {static_cast<const void*>(binary), [this, binary](const void*) { drop_reference(binary); }};
}

HeapUse DriverMemory::used_by(DriverId owner) {
    const std::lock_guard guard(lock_);
    HeapUse use;
    for (const auto& [pointer, block] : blocks_) {
        if (block.owner != owner) continue;
        ++use.blocks;
        use.block_bytes += block.size;
    }
    for (const auto& [binary, info] : binaries_) {
        if (info.owner != owner) continue;
        ++use.binaries;
        use.binary_bytes += static_cast<std::size_t>(binary->orig_size);
    }
    return use;
}

} // namespace ddll::host
