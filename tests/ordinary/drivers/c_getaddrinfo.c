/* Looks a name up in a job of the async pool. */
#include "ordinary.h"

#include <netdb.h>
#include <sys/socket.h>

typedef struct {
    int error, found;
} Job;

static void look_up(void* data) {
    Job* job = data;
    struct addrinfo hints, *list = NULL;
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    job->error = getaddrinfo("localhost", "80", &hints, &list);
    for (struct addrinfo* one = list; one; one = one->ai_next) job->found++;
    if (list) freeaddrinfo(list);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Job* job = driver_alloc(sizeof *job);
    (void)buf, (void)len;
    job->error = job->found = 0;
    driver_async((ErlDrvPort)data, NULL, look_up, job, driver_free);
}
static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
    Job* job = (Job*)result;
    const char* text = job->error ? gai_strerror(job->error) : job->found ? "found" : "nothing";
    driver_output((ErlDrvPort)data, (char*)text, strlen(text));
    driver_free(job);
}

DRIVER(.start = keep_port, .output = output, .ready_async = ready_async)
