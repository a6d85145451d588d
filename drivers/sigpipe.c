/* sigpipe: what becomes of a write into a pipe that nobody reads.
 *
 *   1  the action of SIGPIPE, asked with sigaction -> "default", "ignored" or "handler"
 *   2  write into a pipe without a reader -> "errno NAME"; where SIGPIPE is not ignored, the whole node dies */
#include "reply.h"
#include <errno.h>
#include <signal.h>
#include <unistd.h>

static ErlDrvData sigpipe_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT sigpipe_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    if (command == 1) {
        struct sigaction now;
        if (sigaction(SIGPIPE, NULL, &now) != 0) return -1;
        return reply(rbuf, rlen, "%s",
                     now.sa_handler == SIG_IGN   ? "ignored"
                     : now.sa_handler == SIG_DFL ? "default"
                                                 : "handler");
    }
    if (command != 2) return -1;
    int ends[2];
    if (pipe(ends) != 0) return -1;
    close(ends[0]);
    ssize_t written = write(ends[1], "x", 1);
    int error = errno;
    close(ends[1]);
    return written < 0 ? reply(rbuf, rlen, "errno %s", erl_errno_id(error)) : reply(rbuf, rlen, "%zd", written);
}

static ErlDrvEntry entry = {
    .start = sigpipe_start,
    .driver_name = "sigpipe",
    .control = sigpipe_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(sigpipe) {
    return &entry;
}
