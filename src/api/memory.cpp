// Called from any thread, and often: not journaled one by one, only misuse is.
#include "api/entry.h"
#include "host/probe/memory_watch.h"

#include <fmt/format.h>

namespace {

void blame(Call& call, host::PointerState state, const char* what) {
    if (state == host::PointerState::freed)
        call.misuse(Rule::double_free, fmt::format("{} was freed before", what));
    else
        call.misuse(Rule::wrong_heap_free, fmt::format("{} was never given out by the driver API", what));
}

// True for a live binary; anything else is blamed.
bool live(Call& call, ErlDrvBinary* binary) {
    const auto state = call.host().memory().state_of(binary);
    if (state == host::PointerState::live) return true;
    call.misuse(Rule::binary_refcount_error, state == host::PointerState::freed
                                                 ? "the binary was freed before"
                                                 : "the pointer is not a binary of the driver API");
    return false;
}

// Binaries of the ErlIOVec of outputv whose only references are the emulator's. They stay as they are: what the driver
// does after that is to be seen as well.
bool is_lent(Call& call, ErlDrvBinary* binary) {
    if (!call.host().memory().is_only_lent(binary)) return false;
    call.misuse(Rule::emulator_binary_freed, fmt::format("a binary of {} bytes of the ErlIOVec (binv) that outputv was "
                                                         "given; the driver has no reference of its own to it",
                                                         binary->orig_size));
    return true;
}

} // namespace

extern "C" {

// No visit to the host: memory has a lock of its own, and allocations are the most frequent calls of all.
void* driver_alloc(ErlDrvSizeT size) {
    const host::HostWork work;
    return host::current()->memory().allocate(size,
                                              api::made_by_caller(Function::driver_alloc, __builtin_return_address(0)));
}

void* driver_realloc(void* block, ErlDrvSizeT size) {
    Call call(Function::driver_realloc);
    host::PointerState state;
    void* moved = call.host().memory().reallocate(block, size, call.made(__builtin_return_address(0)), state);
    call.host().report_damage(Function::driver_realloc);
    if (state != host::PointerState::live) blame(call, state, "the block");
    return moved;
}

void driver_free(void* block) {
    if (block == nullptr) return;
    Call call(Function::driver_free);
    const auto state = call.host().memory().release(block);
    call.host().report_damage(Function::driver_free);
    if (state != host::PointerState::live) blame(call, state, "the block");
}

ErlDrvBinary* driver_alloc_binary(ErlDrvSizeT size) {
    const host::HostWork work;
    return host::current()->memory().allocate_binary(
        size, api::made_by_caller(Function::driver_alloc_binary, __builtin_return_address(0)));
}

ErlDrvBinary* driver_realloc_binary(ErlDrvBinary* binary, ErlDrvSizeT size) {
    if (binary == nullptr) return driver_alloc_binary(size);
    Call call(Function::driver_realloc_binary);
    if (!live(call, binary)) return nullptr;
    if (call.host().memory().references(binary) > 1)
        call.misuse(Rule::binary_refcount_error, "a binary that others refer to must not be reallocated");
    host::PointerState state;
    return call.host().memory().reallocate_binary(binary, size, state);
}

void driver_free_binary(ErlDrvBinary* binary) {
    if (binary == nullptr) return;
    Call call(Function::driver_free_binary);
    if (!live(call, binary) || is_lent(call, binary)) return;
    call.host().memory().drop_reference(binary);
    call.host().report_damage(Function::driver_free_binary);
}

ErlDrvSInt driver_binary_get_refc(ErlDrvBinary* binary) {
    Call call(Function::driver_binary_get_refc);
    return live(call, binary) ? call.host().memory().references(binary) : 0;
}

ErlDrvSInt driver_binary_inc_refc(ErlDrvBinary* binary) {
    Call call(Function::driver_binary_inc_refc);
    return live(call, binary) ? call.host().memory().add_reference(binary) : 0;
}

ErlDrvSInt driver_binary_dec_refc(ErlDrvBinary* binary) {
    Call call(Function::driver_binary_dec_refc);
    if (!live(call, binary)) return 0;
    if (is_lent(call, binary)) return call.host().memory().references(binary);
    const auto left = call.host().memory().decrease_reference(binary);
    if (left == 0)
        call.misuse(Rule::binary_refcount_error, "the last reference must be given up with driver_free_binary");
    return left;
}

} // extern "C"
