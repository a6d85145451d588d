/* A thread of the driver API that looks for work under a lock again and again, without a condition variable. */
#include "ordinary.h"

#include <sched.h>

static ErlDrvMutex* lock;
static ErlDrvTid poller;
static int ending, todo, done;

static void* poll_work(void* unused) {
    for (;;) {
        int end;
        erl_drv_mutex_lock(lock);
        done += todo;
        todo = 0;
        end = ending;
        erl_drv_mutex_unlock(lock);
        if (end) return unused;
        sched_yield();
    }
}

static int init(void) {
    ending = todo = done = 0;
    lock = erl_drv_mutex_create("poll.work");
    if (!lock) return -1;
    return erl_drv_thread_create("poller", &poller, poll_work, NULL, NULL);
}
static void finish(void) {
    erl_drv_mutex_lock(lock);
    ending = 1;
    erl_drv_mutex_unlock(lock);
    erl_drv_thread_join(poller, NULL);
    erl_drv_mutex_destroy(lock);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    int so_far;
    (void)data, (void)command, (void)buf;
    erl_drv_mutex_lock(lock);
    todo += (int)len;
    so_far = done;
    erl_drv_mutex_unlock(lock);
    return answer(rbuf, rlen, &so_far, sizeof so_far);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
