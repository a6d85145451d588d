#include "host/ports/io_queue.h"

#include <cstring>

namespace ddll::host {
namespace {

ErlDrvBinary* copy_of(DriverMemory& memory, std::string_view bytes) {
    ErlDrvBinary* binary = memory.allocate_binary(bytes.size(), {});
    if (binary != nullptr) std::memcpy(binary->orig_bytes, bytes.data(), bytes.size());
    return binary;
}

} // namespace

std::deque<IoQueue::Slice>& IoQueue::slices() {
    if (!slices_) slices_ = std::make_unique<std::deque<Slice>>();
    return *slices_;
}

void IoQueue::append(std::string_view bytes) {
    if (bytes.empty()) return;
    if (ErlDrvBinary* binary = copy_of(*memory_, bytes)) {
        slices().push_back({binary, 0, bytes.size()});
        size_ += bytes.size();
    }
}

void IoQueue::prepend(std::string_view bytes) {
    if (bytes.empty()) return;
    if (ErlDrvBinary* binary = copy_of(*memory_, bytes)) {
        slices().push_front({binary, 0, bytes.size()});
        size_ += bytes.size();
    }
}

void IoQueue::append(ErlDrvBinary* binary, std::size_t offset, std::size_t length) {
    if (length == 0) return;
    memory_->add_reference(binary);
    slices().push_back({binary, offset, length});
    size_ += length;
}

void IoQueue::prepend(ErlDrvBinary* binary, std::size_t offset, std::size_t length) {
    if (length == 0) return;
    memory_->add_reference(binary);
    slices().push_front({binary, offset, length});
    size_ += length;
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
