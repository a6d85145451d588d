/* A multi handle for each port, driven by the port's timer as long as a transfer runs.
 * needs: libcurl4-openssl-dev
 * flags: -lcurl */
#include "ordinary.h"

#include <curl/curl.h>
#include <stdlib.h>

typedef struct {
    ErlDrvPort port;
    CURLM* multi;
    CURL* easy;
    size_t bytes;
} Port;

static int init(void) {
    return curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? 0 : -1;
}
static void finish(void) {
    curl_global_cleanup();
}
static size_t take(char* bytes, size_t size, size_t count, void* data) {
    (void)bytes;
    ((Port*)data)->bytes += size * count;
    return size * count;
}
static void end_transfer(Port* self) {
    if (!self->easy) return;
    curl_multi_remove_handle(self->multi, self->easy);
    curl_easy_cleanup(self->easy);
    self->easy = NULL;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    (void)arguments;
    self->port = port;
    self->multi = curl_multi_init();
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    end_transfer(self);
    curl_multi_cleanup(self->multi);
    free(self);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    (void)buf, (void)len;
    end_transfer(self);
    self->easy = curl_easy_init();
    curl_easy_setopt(self->easy, CURLOPT_URL, "file:///etc/hostname");
    curl_easy_setopt(self->easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(self->easy, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(self->easy, CURLOPT_WRITEDATA, self);
    curl_multi_add_handle(self->multi, self->easy);
    driver_set_timer(self->port, 0);
}
static void timeout(ErlDrvData data) {
    Port* self = (Port*)data;
    int running = 0;
    curl_multi_perform(self->multi, &running);
    if (running) {
        driver_set_timer(self->port, 1);
        return;
    }
    end_transfer(self);
    driver_output(self->port, (char*)"done", 4);
}

DRIVER(.init = init, .start = start, .stop = stop, .output = output, .finish = finish, .timeout = timeout)
