#include "host/probe/blocks.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

namespace ddll::host {

// Not by mmap and munmap: those are watched themselves.
void* take_pages(std::size_t bytes) {
    const long at =
        syscall(SYS_mmap, nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, std::size_t{0});
    return at == -1 ? nullptr : reinterpret_cast<void*>(at); // NOLINT: the system gives numbers
}

void give_pages(void* pages, std::size_t bytes) {
    syscall(SYS_munmap, pages, bytes);
}

std::size_t BlockTable::home(std::uintptr_t address) const {
    const std::uint64_t mixed = (address >> 4) * 0x9e3779b97f4a7c15U;
    return static_cast<std::size_t>(mixed >> 20) & (slots_.capacity() - 1);
}

void BlockTable::put(const Piece& piece) {
    std::size_t at = home(piece.address);
    while (slots_[at].address != 0) at = (at + 1) & (slots_.capacity() - 1);
    slots_[at] = piece;
}

void BlockTable::add(const Piece& piece) {
    constexpr std::size_t at_first = 4096;
    take(piece.address); // it was freed in a way that nobody sees
    if (2 * (count_ + 1) > slots_.capacity()) {
        PageArray<Piece> wider(std::max(at_first, 2 * slots_.capacity()));
        if (wider.capacity() == 0) return;
        std::swap(slots_, wider);
        for (std::size_t i = 0; i < wider.capacity(); ++i)
            if (wider[i].address != 0) put(wider[i]);
    }
    put(piece);
    ++count_;
}

std::optional<std::size_t> BlockTable::slot_of(std::uintptr_t address) const {
    if (count_ == 0) return std::nullopt;
    std::size_t at = home(address);
    while (slots_[at].address != address) {
        if (slots_[at].address == 0) return std::nullopt;
        at = (at + 1) & (slots_.capacity() - 1);
    }
    return at;
}

std::optional<Piece> BlockTable::find(std::uintptr_t address) const {
    const auto slot = slot_of(address);
    return slot ? std::optional(slots_[*slot]) : std::nullopt;
}

std::optional<Piece> BlockTable::take(std::uintptr_t address) {
    const auto slot = slot_of(address);
    if (!slot) return std::nullopt;
    const std::size_t mask = slots_.capacity() - 1;
    std::size_t at = *slot;
    const Piece found = slots_[at];
    // Those behind it that cannot stay where they are move up.
    for (std::size_t next = (at + 1) & mask; slots_[next].address != 0; next = (next + 1) & mask) {
        const std::size_t wants = home(slots_[next].address);
        if (((next - wants) & mask) < ((next - at) & mask)) continue;
        slots_[at] = slots_[next];
        at = next;
    }
    slots_[at] = Piece{};
    --count_;
    return found;
}

std::size_t RangeList::first_behind(std::uintptr_t address) const {
    const Piece* begin = ranges_.data();
    return static_cast<std::size_t>(
        std::partition_point(begin, begin + count_, [&](const Piece& p) { return p.address + p.size <= address; }) -
        begin);
}

bool RangeList::make_room(std::size_t at) {
    constexpr std::size_t at_first = 1024;
    if (count_ == ranges_.capacity()) {
        PageArray<Piece> wider(std::max(at_first, 2 * count_));
        if (wider.capacity() == 0) return false;
        std::copy(ranges_.data(), ranges_.data() + count_, wider.data());
        ranges_ = std::move(wider);
    }
    std::copy_backward(ranges_.data() + at, ranges_.data() + count_, ranges_.data() + count_ + 1);
    ++count_;
    return true;
}

void RangeList::add(const Piece& piece) {
    cut(piece.address, piece.size);
    const std::size_t at = first_behind(piece.address);
    if (make_room(at)) ranges_[at] = piece;
}

void RangeList::cut(std::uintptr_t address, std::size_t size) {
    const std::uintptr_t end = address + size;
    std::size_t at = first_behind(address);
    if (at < count_ && ranges_[at].address < address) {
        const Piece before = ranges_[at];
        ranges_[at].size = address - before.address;
        ++at;
        if (before.address + before.size > end) {
            if (!make_room(at)) return;
            ranges_[at] = before;
            ranges_[at].address = end;
            ranges_[at].size = before.address + before.size - end;
            return;
        }
    }
    std::size_t last = at;
    while (last < count_ && ranges_[last].address + ranges_[last].size <= end) ++last;
    if (last < count_ && ranges_[last].address < end) {
        ranges_[last].size -= end - ranges_[last].address;
        ranges_[last].address = end;
    }
    std::copy(ranges_.data() + last, ranges_.data() + count_, ranges_.data() + at);
    count_ -= last - at;
}

std::optional<Piece> RangeList::find(std::uintptr_t address) const {
    const std::size_t at = first_behind(address);
    if (at == count_ || ranges_[at].address > address) return std::nullopt;
    return ranges_[at];
}

} // namespace ddll::host
