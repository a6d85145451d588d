/* Long work in the async pool; what was not delivered when the port closes is freed by async_free. */
#include "ordinary.h"

#include <stdlib.h>

typedef struct {
    ErlDrvSizeT length;
    unsigned long sum;
    unsigned char bytes[];
} Job;

static void count(void* data) {
    Job* job = data;
    for (ErlDrvSizeT i = 0; i < job->length; i++) job->sum = job->sum * 31 + job->bytes[i];
}
static void drop(void* data) {
    driver_free(data);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    ErlDrvPort port = (ErlDrvPort)data;
    unsigned int key = driver_async_port_key(port);
    Job* job = driver_alloc(sizeof *job + len);
    job->length = len;
    job->sum = 0;
    memcpy(job->bytes, buf, len);
    driver_async(port, &key, count, job, drop);
}
static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
    ErlDrvPort port = (ErlDrvPort)data;
    Job* job = (Job*)result;
    driver_output(port, (char*)&job->sum, sizeof job->sum);
    driver_free(job);
}

DRIVER(.start = keep_port, .output = output, .ready_async = ready_async)
