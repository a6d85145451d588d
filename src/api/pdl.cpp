#include "api/entry.h"

using namespace ddll;
using api::Function;
using api::not_implemented;

extern "C" {

ErlDrvPDL driver_pdl_create(ErlDrvPort handle) {
    api::Call call(Function::driver_pdl_create);
    if (call.port(handle) == nullptr) return nullptr;
    return not_implemented(Function::driver_pdl_create, static_cast<ErlDrvPDL>(nullptr));
}

void driver_pdl_lock(ErlDrvPDL) {
    not_implemented(Function::driver_pdl_lock, 0);
}

void driver_pdl_unlock(ErlDrvPDL) {
    not_implemented(Function::driver_pdl_unlock, 0);
}

ErlDrvSInt driver_pdl_get_refc(ErlDrvPDL) {
    return not_implemented(Function::driver_pdl_get_refc, 0);
}

ErlDrvSInt driver_pdl_inc_refc(ErlDrvPDL) {
    return not_implemented(Function::driver_pdl_inc_refc, 0);
}

ErlDrvSInt driver_pdl_dec_refc(ErlDrvPDL) {
    return not_implemented(Function::driver_pdl_dec_refc, 0);
}

} // extern "C"
