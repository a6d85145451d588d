// The lock that guards a port's queue, so that other threads may use it.
#include "api/entry.h"
#include "host/ports/data_lock.h"

namespace {

// nullptr, and journaled, for a lock that is not there (any more).
host::PortDataLock* known(Call& call, ErlDrvPDL handle) {
    auto* lock = call.host().sync().find<host::PortDataLock>(handle, host::SyncKind::port_data_lock);
    if (lock == nullptr)
        call.misuse(Rule::port_data_lock_misuse, "the lock does not exist (any more): its last reference is gone");
    return lock;
}

} // namespace

extern "C" {

ErlDrvPDL driver_pdl_create(ErlDrvPort handle) {
    Call call(Function::driver_pdl_create);
    host::Port* port = call.port(handle);
    host::PortDataLock* lock =
        port == nullptr ? nullptr : host::create_data_lock(call.host(), *port, call.made(__builtin_return_address(0)));
    call.returns(lock != nullptr ? 1 : 0);
    return reinterpret_cast<ErlDrvPDL>(lock);
}

void driver_pdl_lock(ErlDrvPDL handle) {
    Call call(Function::driver_pdl_lock);
    if (host::PortDataLock* lock = known(call, handle)) {
        ++lock->references; // the hold is one too
        call.host().sync().lock(*lock);
    }
}

void driver_pdl_unlock(ErlDrvPDL handle) {
    Call call(Function::driver_pdl_unlock);
    host::PortDataLock* lock = known(call, handle);
    if (lock == nullptr) return;
    if (call.host().sync().unlock(*lock))
        host::drop_reference(call.host(), *lock);
    else
        call.misuse(Rule::unlock_of_unheld_lock, "the port data lock is not held by this thread");
}

ErlDrvSInt driver_pdl_get_refc(ErlDrvPDL handle) {
    Call call(Function::driver_pdl_get_refc);
    const host::PortDataLock* lock = known(call, handle);
    return call.returns(lock == nullptr ? 0 : lock->references);
}

ErlDrvSInt driver_pdl_inc_refc(ErlDrvPDL handle) {
    Call call(Function::driver_pdl_inc_refc);
    host::PortDataLock* lock = known(call, handle);
    return call.returns(lock == nullptr ? 0 : ++lock->references);
}

ErlDrvSInt driver_pdl_dec_refc(ErlDrvPDL handle) {
    Call call(Function::driver_pdl_dec_refc);
    host::PortDataLock* lock = known(call, handle);
    return call.returns(lock == nullptr ? 0 : host::drop_reference(call.host(), *lock));
}

} // extern "C"
