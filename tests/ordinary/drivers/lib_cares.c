/* A channel of c-ares for each port; one query of a name from the hosts file.
 * needs: libc-ares-dev
 * flags: -lcares */
#include "ordinary.h"

#include <ares.h>
#include <netdb.h>
#include <stdlib.h>
#include <sys/socket.h>

typedef struct {
    ares_channel channel;
    int found;
} Port;

static int init(void) {
    return ares_library_init(ARES_LIB_INIT_ALL);
}
static void finish(void) {
    ares_library_cleanup();
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    struct ares_options options = {.lookups = (char*)"f"};
    (void)port, (void)arguments;
    if (ares_init_options(&self->channel, &options, ARES_OPT_LOOKUPS) != ARES_SUCCESS) {
        free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    ares_destroy(self->channel);
    free(self);
}
static void known(void* data, int status, int timeouts, struct hostent* host) {
    (void)timeouts;
    ((Port*)data)->found += status == ARES_SUCCESS && host != NULL;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    (void)command, (void)buf, (void)len;
    ares_gethostbyname(self->channel, "localhost", AF_INET, known, self);
    return answer(rbuf, rlen, &self->found, sizeof self->found);
}

DRIVER(.init = init, .start = start, .stop = stop, .finish = finish, .control = control)
