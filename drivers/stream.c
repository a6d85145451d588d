/* stream: an outgoing stream of bytes, done as it should be: nothing blocks, what cannot be written yet waits in the
 * port's queue, and closing the port first sends what is left.
 *
 *   open text "stream tcp PORT"     connects to 127.0.0.1
 *   open text "stream unix PATH"    connects to a UNIX socket
 *   open text "stream read PATH"    reads a fifo
 *   open text "stream write PATH"   writes a fifo, which must have a reader
 *
 * Commands are sent; what arrives goes to the owner as {P, {data, Bytes}}. The end of what can be read closes the port
 * with reason `normal`, an error with its name. */
#include <arpa/inet.h>
#include <erl_driver.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct {
    ErlDrvPort port;
    int descriptor, connecting;
} Stream;

static ErlDrvEvent event(const Stream* stream) {
    return (ErlDrvEvent)(long)stream->descriptor;
}

static int connect_tcp(int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int s = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s >= 0 && connect(s, (struct sockaddr*)&address, sizeof address) != 0 && errno != EINPROGRESS) {
        int error = errno;
        close(s);
        errno = error;
        return -1;
    }
    return s;
}

static int connect_unix(const char* path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s >= 0 && connect(s, (struct sockaddr*)&address, sizeof address) != 0) {
        int error = errno;
        close(s);
        errno = error;
        return -1;
    }
    return s;
}

static ErlDrvData stream_start(ErlDrvPort port, char* command) {
    char kind[8] = "", where[200] = "";
    if (sscanf(command, "stream %7s %199s", kind, where) != 2) return ERL_DRV_ERROR_BADARG;
    int descriptor = -1;
    if (strcmp(kind, "tcp") == 0)
        descriptor = connect_tcp(atoi(where));
    else if (strcmp(kind, "unix") == 0)
        descriptor = connect_unix(where);
    else if (strcmp(kind, "read") == 0)
        descriptor = open(where, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    else if (strcmp(kind, "write") == 0)
        descriptor = open(where, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
    else
        return ERL_DRV_ERROR_BADARG;
    if (descriptor < 0) return ERL_DRV_ERROR_ERRNO;
    Stream* stream = driver_alloc(sizeof *stream);
    stream->port = port;
    stream->descriptor = descriptor;
    stream->connecting = strcmp(kind, "tcp") == 0;
    if (strcmp(kind, "write") != 0) driver_select(port, event(stream), ERL_DRV_READ | ERL_DRV_USE, 1);
    if (stream->connecting) driver_select(port, event(stream), ERL_DRV_WRITE | ERL_DRV_USE, 1);
    return (ErlDrvData)stream;
}

static void stream_stop(ErlDrvData data) {
    Stream* stream = (Stream*)data;
    driver_select(stream->port, event(stream), ERL_DRV_USE, 0);
    driver_free(stream);
}

static void stream_stop_select(ErlDrvEvent selected, void* reserved) {
    (void)reserved;
    close((int)(long)selected);
}

static void stream_ready_input(ErlDrvData data, ErlDrvEvent selected) {
    Stream* stream = (Stream*)data;
    char bytes[4096];
    ssize_t length = read((int)(long)selected, bytes, sizeof bytes);
    if (length > 0)
        driver_output(stream->port, bytes, (ErlDrvSizeT)length);
    else if (length == 0)
        driver_failure_eof(stream->port);
    else if (errno != EAGAIN && errno != EINTR)
        driver_failure_posix(stream->port, errno);
}

/* Called when the connection is there, when there is room again, and by commands, which may have room at once. */
static void stream_ready_output(ErlDrvData data, ErlDrvEvent selected) {
    Stream* stream = (Stream*)data;
    int descriptor = (int)(long)selected;
    if (stream->connecting) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error != 0) {
            driver_failure_posix(stream->port, error);
            return;
        }
        stream->connecting = 0;
    }
    int parts = 0;
    SysIOVec* vector = driver_peekq(stream->port, &parts);
    if (parts > 0) {
        ssize_t length = writev(descriptor, (struct iovec*)vector, parts < 16 ? parts : 16);
        if (length < 0 && errno != EAGAIN && errno != EINTR) {
            driver_failure_posix(stream->port, errno);
            return;
        }
        if (length > 0) driver_deq(stream->port, (ErlDrvSizeT)length);
    }
    if (driver_sizeq(stream->port) == 0) driver_select(stream->port, selected, ERL_DRV_WRITE, 0);
}

static void stream_outputv(ErlDrvData data, ErlIOVec* vector) {
    Stream* stream = (Stream*)data;
    driver_enqv(stream->port, vector, 0);
    driver_select(stream->port, event(stream), ERL_DRV_WRITE | ERL_DRV_USE, 1);
}

/* The queue empties itself through ready_output; the port stays until it has. */
static void stream_flush(ErlDrvData data) {
    (void)data;
}

static ErlDrvEntry entry = {
    .start = stream_start,
    .stop = stream_stop,
    .ready_input = stream_ready_input,
    .ready_output = stream_ready_output,
    .driver_name = "stream",
    .outputv = stream_outputv,
    .flush = stream_flush,
    .stop_select = stream_stop_select,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(stream) {
    return &entry;
}
