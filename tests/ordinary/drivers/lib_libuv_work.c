/* Work in libuv's pool, which has four threads of its own: they never end, and uv_library_shutdown is what ends them.
 * needs: libuv1-dev
 * flags: -luv */
#include "ordinary.h"

#include <uv.h>

static void work(uv_work_t* request) {
    *(long*)request->data += 1;
}
static void finish(void) {
    uv_library_shutdown();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    long done = command;
    uv_loop_t loop;
    uv_work_t request;
    (void)data, (void)buf, (void)len;
    uv_loop_init(&loop);
    request.data = &done;
    uv_queue_work(&loop, &request, work, NULL);
    uv_run(&loop, UV_RUN_DEFAULT);
    uv_loop_close(&loop);
    return answer(rbuf, rlen, &done, sizeof done);
}

DRIVER(.start = keep_port, .finish = finish, .control = control)
