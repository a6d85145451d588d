#include "host/ports/io_queue.h"

#include <cstring>

namespace ddll::host {

void IoQueue::add(End end, const Slice& slice) {
    if (!slices_) slices_ = std::make_unique<std::deque<Slice>>();
    end == End::head ? slices_->push_front(slice) : slices_->push_back(slice);
    size_ += slice.length;
}

void IoQueue::put(End end, std::string_view bytes) {
    if (bytes.empty()) return;
    ErlDrvBinary* binary = memory_->allocate_binary(bytes.size(), {});
    if (binary == nullptr) return;
    std::memcpy(binary->orig_bytes, bytes.data(), bytes.size());
    add(end, {binary, 0, bytes.size()});
}

void IoQueue::put(End end, ErlDrvBinary* binary, std::size_t offset, std::size_t length) {
    if (length == 0) return;
    memory_->add_reference(binary);
    add(end, {binary, offset, length});
}

void IoQueue::drop(std::size_t n) {
    size_ -= n;
    while (n > 0) {
        Slice& head = slices_->front();
        const std::size_t taken = n < head.length ? n : head.length;
        head.offset += taken;
        head.length -= taken;
        n -= taken;
        if (head.length == 0) {
            memory_->drop_reference(head.binary);
            slices_->pop_front();
        }
    }
}

void IoQueue::clear() {
    drop(size_);
}

std::vector<SysIOVec>& IoQueue::vectors() {
    vectors_.clear();
    if (!slices_) return vectors_;
    for (const Slice& slice : *slices_) vectors_.push_back({slice.binary->orig_bytes + slice.offset, slice.length});
    return vectors_;
}

std::vector<ErlDrvBinary*>& IoQueue::binaries() {
    binaries_.clear();
    if (!slices_) return binaries_;
    for (const Slice& slice : *slices_) binaries_.push_back(slice.binary);
    return binaries_;
}

} // namespace ddll::host
