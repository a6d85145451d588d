#pragma once
/// A port's driver queue: a FIFO of bytes kept as slices of reference-counted binaries.
#include "host/made.h"
#include "host/memory/memory.h"

#include <erl_driver.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string_view>
#include <vector>

namespace ddll::host {

class IoQueue {
public:
    explicit IoQueue(DriverMemory& memory) : memory_(&memory) {}
    ~IoQueue() { clear(); }
    IoQueue(const IoQueue&) = delete;

    std::size_t size() const { return size_; }

    enum class End : std::uint8_t { head, tail };
    /// Copies bytes to that end.
    void put(End end, std::string_view bytes);
    /// Takes one more reference to `binary`; the slice is not checked against its size.
    void put(End end, ErlDrvBinary* binary, std::size_t offset, std::size_t length);

    /// Removes `n` bytes from the head; n must not exceed size().
    void drop(std::size_t n);
    void clear();

    /// One element for each slice; valid until the next change.
    std::vector<SysIOVec>& vectors();
    std::vector<ErlDrvBinary*>& binaries();

    Made filled; ///< the last call that did

private:
    struct Slice {
        ErlDrvBinary* binary;
        std::size_t offset, length;
    };
    void add(End end, const Slice& slice);

    DriverMemory* memory_;
    std::unique_ptr<std::deque<Slice>>
        slices_; ///< most ports never queue anything, and even an empty deque owns memory
    std::size_t size_ = 0;
    std::vector<SysIOVec> vectors_;
    std::vector<ErlDrvBinary*> binaries_;
};

} // namespace ddll::host
