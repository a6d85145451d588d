/* by_itself: threads that wait where the emulator cannot see it.
 *
 * start makes a thread that reads commands from a pipe, as many a library does; port_command writes to the pipe, and
 * the thread sends each byte to the owner as {Port, {read, Byte}}. Built with RAW_THREAD it is a thread of
 * pthread_create. */
#include <erl_driver.h>
#include <pthread.h>
#include <unistd.h>

typedef struct {
    ErlDrvTermData port, atom;
    int pipe[2];
#ifdef RAW_THREAD
    pthread_t thread;
#else
    ErlDrvTid thread;
#endif
} by_itself;

static void* read_commands(void* argument) {
    by_itself* b = argument;
    unsigned char byte;
    while (read(b->pipe[0], &byte, 1) == 1) {
        ErlDrvTermData message[] = {ERL_DRV_PORT,  b->port, ERL_DRV_ATOM,  b->atom, ERL_DRV_INT, byte,
                                    ERL_DRV_TUPLE, 2,       ERL_DRV_TUPLE, 2};
        erl_drv_output_term(b->port, message, sizeof message / sizeof message[0]);
    }
    return NULL;
}

static ErlDrvData by_itself_start(ErlDrvPort port, char* command) {
    (void)command;
    by_itself* b = driver_alloc(sizeof *b);
    b->port = driver_mk_port(port);
    b->atom = driver_mk_atom("read");
    if (pipe(b->pipe) != 0) return ERL_DRV_ERROR_ERRNO;
#ifdef RAW_THREAD
    pthread_create(&b->thread, NULL, read_commands, b);
#else
    erl_drv_thread_create("reader", &b->thread, read_commands, b, NULL);
#endif
    return (ErlDrvData)b;
}

static void by_itself_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    by_itself* b = (by_itself*)data;
    if (write(b->pipe[1], buf, len) < 0) driver_failure_atom((ErlDrvPort)-1, "pipe");
}

static void by_itself_stop(ErlDrvData data) {
    by_itself* b = (by_itself*)data;
    close(b->pipe[1]); /* the thread reads the end of the file */
#ifdef RAW_THREAD
    pthread_join(b->thread, NULL);
#else
    erl_drv_thread_join(b->thread, NULL);
#endif
    close(b->pipe[0]);
    driver_free(b);
}

static ErlDrvEntry entry = {
    .start = by_itself_start,
    .stop = by_itself_stop,
    .output = by_itself_output,
    .driver_name = "by_itself",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(by_itself) {
    return &entry;
}
