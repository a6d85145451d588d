#include "api/entry.h"

#include <algorithm>

namespace {

using End = host::IoQueue::End;

constexpr ErlDrvSizeT failed_size = static_cast<ErlDrvSizeT>(-1);

int put(Call& call, ErlDrvPort handle, std::string_view bytes, End end, const void* from) {
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    port->queue.filled = call.made(from);
    port->queue.put(end, bytes);
    return call.returns(0, static_cast<std::int64_t>(bytes.size()), static_cast<std::int64_t>(port->queue.size()));
}

int put(Call& call, ErlDrvPort handle, ErlDrvBinary* binary, std::size_t offset, std::size_t length, End end,
        const void* from) {
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    if (length == 0) return call.returns(0);
    if (!call.has_part(binary, offset, length)) return call.returns(-1);
    port->queue.filled = call.made(from);
    port->queue.put(end, binary, offset, length);
    return call.returns(0, static_cast<std::int64_t>(length), static_cast<std::int64_t>(port->queue.size()));
}

// One element of a vector, or of what is left of it after skipping.
struct Part {
    const char* data;
    std::size_t length;
    ErlDrvBinary* binary;
};

std::vector<Part> parts_after(ErlIOVec& ev, std::size_t skip) {
    std::vector<Part> parts;
    for (int i = api::skip_bytes(ev, skip); i < ev.vsize; ++i)
        if (ev.iov[i].iov_len > 0)
            parts.push_back({static_cast<const char*>(ev.iov[i].iov_base), ev.iov[i].iov_len, ev.binv[i]});
    return parts;
}

int put(Call& call, ErlDrvPort handle, ErlIOVec* ev, std::size_t skip, End end, const void* from) {
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(-1);
    if (ev->size <= skip) return call.returns(0);
    port->queue.filled = call.made(from);
    std::vector<Part> parts = parts_after(*ev, skip);
    if (end == End::head) std::reverse(parts.begin(), parts.end());
    for (const Part& part : parts) {
        const bool referenced = part.binary != nullptr;
        if (referenced && call.host().memory().state_of(part.binary) != host::PointerState::live) {
            call.misuse(Rule::binary_refcount_error,
                        "a binary of the vector is not (or no longer) one of the driver API");
            return call.returns(-1);
        }
        const std::size_t offset = referenced ? static_cast<std::size_t>(part.data - part.binary->orig_bytes) : 0;
        if (!referenced && end == End::head)
            call.misuse(Rule::pushqv_without_binary,
                        "a real emulator corrupts its queue when an element pushed has no binary");
        if (referenced)
            port->queue.put(end, part.binary, offset, part.length);
        else
            port->queue.put(end, {part.data, part.length});
    }
    return call.returns(0, static_cast<std::int64_t>(ev->size - skip), static_cast<std::int64_t>(port->queue.size()));
}

} // namespace

extern "C" {

int driver_enq(ErlDrvPort port, char* buf, ErlDrvSizeT len) {
    Call call(Function::driver_enq);
    return put(call, port, std::string_view(buf, len), End::tail, __builtin_return_address(0));
}

int driver_pushq(ErlDrvPort port, char* buf, ErlDrvSizeT len) {
    Call call(Function::driver_pushq);
    return put(call, port, std::string_view(buf, len), End::head, __builtin_return_address(0));
}

int driver_enq_bin(ErlDrvPort port, ErlDrvBinary* binary, ErlDrvSizeT offset, ErlDrvSizeT len) {
    Call call(Function::driver_enq_bin);
    return put(call, port, binary, offset, len, End::tail, __builtin_return_address(0));
}

int driver_pushq_bin(ErlDrvPort port, ErlDrvBinary* binary, ErlDrvSizeT offset, ErlDrvSizeT len) {
    Call call(Function::driver_pushq_bin);
    return put(call, port, binary, offset, len, End::head, __builtin_return_address(0));
}

int driver_enqv(ErlDrvPort port, ErlIOVec* ev, ErlDrvSizeT skip) {
    Call call(Function::driver_enqv);
    return put(call, port, ev, skip, End::tail, __builtin_return_address(0));
}

int driver_pushqv(ErlDrvPort port, ErlIOVec* ev, ErlDrvSizeT skip) {
    Call call(Function::driver_pushqv);
    return put(call, port, ev, skip, End::head, __builtin_return_address(0));
}

ErlDrvSizeT driver_deq(ErlDrvPort handle, ErlDrvSizeT size) {
    Call call(Function::driver_deq);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(failed_size);
    if (size > port->queue.size()) {
        call.misuse(Rule::queue_overdrawn, "more bytes than the queue holds; nothing was removed");
        return call.returns(failed_size, static_cast<std::int64_t>(size));
    }
    port->queue.drop(size);
    return call.returns(port->queue.size(), static_cast<std::int64_t>(size));
}

ErlDrvSizeT driver_sizeq(ErlDrvPort handle) {
    Call call(Function::driver_sizeq);
    const host::Port* port = call.port(handle);
    return call.returns(port == nullptr ? failed_size : port->queue.size());
}

SysIOVec* driver_peekq(ErlDrvPort handle, int* vlen) {
    Call call(Function::driver_peekq);
    host::Port* port = call.port(handle);
    if (port == nullptr) {
        *vlen = call.returns(-1);
        return nullptr;
    }
    auto& vectors = port->queue.vectors();
    *vlen = call.returns(static_cast<int>(vectors.size()));
    return vectors.empty() ? nullptr : vectors.data();
}

ErlDrvSizeT driver_peekqv(ErlDrvPort handle, ErlIOVec* ev) {
    Call call(Function::driver_peekqv);
    host::Port* port = call.port(handle);
    if (port == nullptr) return call.returns(failed_size);
    auto& vectors = port->queue.vectors();
    auto& binaries = port->queue.binaries();
    const bool empty = vectors.empty();
    *ev = ErlIOVec{static_cast<int>(vectors.size()), port->queue.size(), empty ? nullptr : vectors.data(),
                   empty ? nullptr : binaries.data()};
    return call.returns(port->queue.size());
}

} // extern "C"
