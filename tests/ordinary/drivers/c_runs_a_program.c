/* A job runs a program with posix_spawn, reads what it prints, and waits for it and no other. */
#include "ordinary.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;
typedef struct {
    int status;
    ssize_t length;
    char text[64];
} Job;

static void run(void* data) {
    Job* job = data;
    char* arguments[] = {(char*)"echo", (char*)"hello", NULL};
    int ends[2];
    pid_t child;
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0) return;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    if (posix_spawnp(&child, "echo", &actions, NULL, arguments, environ) == 0) {
        close(ends[1]);
        job->length = read(ends[0], job->text, sizeof job->text);
        while (waitpid(child, &job->status, 0) < 0 && errno == EINTR) {
        } /* a node ignores SIGCHLD: ECHILD at the end */
    } else {
        close(ends[1]);
    }
    close(ends[0]);
    posix_spawn_file_actions_destroy(&actions);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Job* job = driver_alloc(sizeof *job);
    (void)buf, (void)len;
    memset(job, 0, sizeof *job);
    driver_async((ErlDrvPort)data, NULL, run, job, driver_free);
}
static void ready_async(ErlDrvData data, ErlDrvThreadData result) {
    Job* job = (Job*)result;
    if (job->length > 0) driver_output((ErlDrvPort)data, job->text, (ErlDrvSizeT)job->length);
    driver_free(job);
}

DRIVER(.start = keep_port, .output = output, .ready_async = ready_async)
