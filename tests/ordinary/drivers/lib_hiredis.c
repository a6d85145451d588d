/* Reads the protocol of Redis: a reader for each port, fed with whatever comes.
 * needs: libhiredis-dev
 * flags: -lhiredis */
#include "ordinary.h"

#include <hiredis/hiredis.h>
#include <hiredis/read.h>
#include <stdlib.h>

typedef struct {
    ErlDrvPort port;
    redisReader* reader;
} Port;

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    (void)arguments;
    self->port = port;
    self->reader = redisReaderCreate();
    return (ErlDrvData)self;
}
static void stop(ErlDrvData data) {
    redisReaderFree(((Port*)data)->reader);
    free(data);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Port* self = (Port*)data;
    void* reply = NULL;
    redisReaderFeed(self->reader, buf, len);
    if (redisReaderGetReply(self->reader, &reply) != REDIS_OK) { /* it answers nothing from then on */
        redisReaderFree(self->reader);
        self->reader = redisReaderCreate();
        driver_output(self->port, (char*)"error", 5);
    } else if (reply) {
        driver_output(self->port, (char*)"reply", 5);
        freeReplyObject(reply);
    }
}

DRIVER(.start = start, .stop = stop, .output = output)
