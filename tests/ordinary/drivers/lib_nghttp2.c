/* A server session of HTTP/2 for each port: what comes is fed to it, and what it has to say is sent.
 * needs: libnghttp2-dev
 * flags: -lnghttp2 */
#include "ordinary.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>

typedef struct {
    ErlDrvPort port;
    nghttp2_session* session;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    nghttp2_session_callbacks* callbacks;
    (void)arguments;
    self->port = port;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_server_new(&self->session, callbacks, self);
    nghttp2_session_callbacks_del(callbacks);
    nghttp2_submit_settings(self->session, NGHTTP2_FLAG_NONE, NULL, 0);
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    nghttp2_session_del(self->session);
    free(self);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    const uint8_t* bytes;
    nghttp2_session_mem_recv(self->session, (const uint8_t*)buf, len);
    for (ssize_t n; (n = nghttp2_session_mem_send(self->session, &bytes)) > 0;)
        driver_output(self->port, (char*)bytes, (ErlDrvSizeT)n);
}

DRIVER(.start = start, .stop = stop, .output = output)
