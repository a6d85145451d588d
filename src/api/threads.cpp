#include "api/entry.h"

using namespace ddll;
using api::Function;
using api::not_implemented;

extern "C" {

ErlDrvThreadOpts* erl_drv_thread_opts_create(char*) {
    return not_implemented(Function::erl_drv_thread_opts_create, static_cast<ErlDrvThreadOpts*>(nullptr));
}

void erl_drv_thread_opts_destroy(ErlDrvThreadOpts*) {
    not_implemented(Function::erl_drv_thread_opts_destroy, 0);
}

int erl_drv_thread_create(char*, ErlDrvTid*, void* (*)(void*), void*, ErlDrvThreadOpts*) {
    return not_implemented(Function::erl_drv_thread_create, -1);
}

ErlDrvTid erl_drv_thread_self(void) {
    return not_implemented(Function::erl_drv_thread_self, static_cast<ErlDrvTid>(nullptr));
}

int erl_drv_equal_tids(ErlDrvTid, ErlDrvTid) {
    return not_implemented(Function::erl_drv_equal_tids, 0);
}

void erl_drv_thread_exit(void*) {
    not_implemented(Function::erl_drv_thread_exit, 0);
}

int erl_drv_thread_join(ErlDrvTid, void**) {
    return not_implemented(Function::erl_drv_thread_join, -1);
}

char* erl_drv_thread_name(ErlDrvTid) {
    return not_implemented(Function::erl_drv_thread_name, static_cast<char*>(nullptr));
}

} // extern "C"
