// A lock of the driver API in a static object, which makes it when it is loaded and destroys it when it is unloaded.
#include "ordinary.h"

#include <string>

namespace {
class Lock {
public:
    explicit Lock(const char* name) : lock_(erl_drv_mutex_create(const_cast<char*>(name))) {}
    ~Lock() { erl_drv_mutex_destroy(lock_); }
    Lock(const Lock&) = delete;
    void lock() { erl_drv_mutex_lock(lock_); }
    void unlock() { erl_drv_mutex_unlock(lock_); }

private:
    ErlDrvMutex* lock_;
};
Lock calls_lock("calls");
long calls = 0;
} // namespace

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command, (void)buf, (void)len;
    calls_lock.lock();
    const long now = ++calls;
    calls_lock.unlock();
    return say(rbuf, rlen, std::to_string(now).c_str());
}

DRIVER(.start = keep_port, .control = control)
