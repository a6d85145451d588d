/* An event loop of libuv for each port, in a thread of its own that ends with the port.
 * needs: libuv1-dev
 * flags: -luv */
#include "ordinary.h"

#include <uv.h>

typedef struct {
    uv_loop_t loop;
    uv_async_t wake, end;
    uv_timer_t timer;
    uv_thread_t thread;
    long woken;
} Port;

static void on_wake(uv_async_t* handle) {
    ++((Port*)handle->data)->woken;
}
static void on_timer(uv_timer_t* handle) {
    ++((Port*)handle->data)->woken;
}
static void on_end(uv_async_t* handle) {
    Port* self = handle->data;
    uv_close((uv_handle_t*)&self->wake, NULL);
    uv_close((uv_handle_t*)&self->end, NULL);
    uv_close((uv_handle_t*)&self->timer, NULL);
}
static void run(void* data) {
    uv_run(&((Port*)data)->loop, UV_RUN_DEFAULT);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = driver_alloc(sizeof *self);
    (void)port, (void)arguments;
    memset(self, 0, sizeof *self);
    uv_loop_init(&self->loop);
    uv_async_init(&self->loop, &self->wake, on_wake);
    uv_async_init(&self->loop, &self->end, on_end);
    uv_timer_init(&self->loop, &self->timer);
    self->wake.data = self->end.data = self->timer.data = self;
    uv_timer_start(&self->timer, on_timer, 5, 50);
    uv_thread_create(&self->thread, run, self);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    uv_async_send(&self->end);
    uv_thread_join(&self->thread);
    uv_loop_close(&self->loop);
    driver_free(self);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command, (void)buf, (void)len;
    uv_async_send(&((Port*)data)->wake);
    return say(rbuf, rlen, "woken");
}

DRIVER(.start = start, .stop = stop, .control = control)
