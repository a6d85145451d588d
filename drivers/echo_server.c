/* echo_server: listens, and sends back what it is sent. Up to eight clients at a time; the others wait.
 *
 *   open text "echo_server tcp"          on a port of 127.0.0.1 that the system chooses
 *   open text "echo_server unix PATH"    on a UNIX socket
 *   port_control(P, 1, [])               the number of the TCP port
 *   port_control(P, 2, [])               how many clients there are
 *
 * {client, P, N} goes to the owner when the number of clients changes. Built a second time as echo_server_v2, which
 * answers in capitals. */
#define _GNU_SOURCE /* accept4 */
#include "reply.h"
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MOST 8

typedef struct {
    ErlDrvPort port;
    int listener, clients[MOST], count;
} Server;

static void on(Server* server, int descriptor) {
    driver_select(server->port, (ErlDrvEvent)(long)descriptor, ERL_DRV_READ | ERL_DRV_USE, 1);
}

static void off(Server* server, int descriptor) {
    driver_select(server->port, (ErlDrvEvent)(long)descriptor, ERL_DRV_USE, 0);
}

static void tell(Server* server) {
    ErlDrvTermData port = driver_mk_port(server->port);
    ErlDrvTermData spec[] = {
        ERL_DRV_ATOM, driver_mk_atom("client"),      ERL_DRV_PORT,  port,
        ERL_DRV_INT,  (ErlDrvTermData)server->count, ERL_DRV_TUPLE, 3,
    };
    erl_drv_output_term(port, spec, sizeof spec / sizeof spec[0]);
}

static ErlDrvData server_start(ErlDrvPort port, char* command) {
    struct sockaddr_in internet = {.sin_family = AF_INET};
    struct sockaddr_un local = {.sun_family = AF_UNIX};
    char kind[8] = "", path[sizeof local.sun_path] = "";
    sscanf(command, "echo_server %7s %107s", kind, path);
    int tcp = strcmp(kind, "tcp") == 0;
    if (!tcp && (strcmp(kind, "unix") != 0 || !path[0])) return ERL_DRV_ERROR_BADARG;
    internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    strcpy(local.sun_path, path);
    int s = socket(tcp ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0) return ERL_DRV_ERROR_ERRNO;
    struct sockaddr* address = tcp ? (struct sockaddr*)&internet : (struct sockaddr*)&local;
    if (bind(s, address, tcp ? sizeof internet : sizeof local) != 0 || listen(s, MOST) != 0) {
        int error = errno;
        close(s);
        errno = error;
        return ERL_DRV_ERROR_ERRNO;
    }
    Server* server = driver_alloc(sizeof *server);
    server->port = port;
    server->listener = s;
    server->count = 0;
    on(server, s);
    return (ErlDrvData)server;
}

static void server_stop(ErlDrvData data) {
    Server* server = (Server*)data;
    off(server, server->listener);
    for (int i = 0; i < server->count; i++) off(server, server->clients[i]);
    driver_free(server);
}

static void server_stop_select(ErlDrvEvent descriptor, void* reserved) {
    (void)reserved;
    close((int)(long)descriptor);
}

static void leave(Server* server, int descriptor) {
    int kept = 0;
    for (int i = 0; i < server->count; i++)
        if (server->clients[i] != descriptor) server->clients[kept++] = server->clients[i];
    if (server->count == MOST) on(server, server->listener);
    server->count = kept;
    off(server, descriptor);
    tell(server);
}

static void server_ready_input(ErlDrvData data, ErlDrvEvent event) {
    Server* server = (Server*)data;
    int descriptor = (int)(long)event;
    if (descriptor == server->listener) {
        int client = accept4(descriptor, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) return;
        server->clients[server->count++] = client;
        if (server->count == MOST) driver_select(server->port, event, ERL_DRV_READ, 0);
        on(server, client);
        tell(server);
        return;
    }
    char bytes[512];
    ssize_t length = read(descriptor, bytes, sizeof bytes);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
#if VERSION > 1
    for (ssize_t i = 0; i < length; i++) bytes[i] = (char)toupper((unsigned char)bytes[i]);
#endif
    /* A client that does not read is dropped: a server for the world would queue. */
    if (length <= 0 || send(descriptor, bytes, (size_t)length, MSG_NOSIGNAL) != length) leave(server, descriptor);
}

static ErlDrvSSizeT server_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                   ErlDrvSizeT rlen) {
    Server* server = (Server*)data;
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        if (getsockname(server->listener, (struct sockaddr*)&address, &size) != 0) return -1;
        return reply(rbuf, rlen, "%d", ntohs(address.sin_port));
    case 2:
        return reply(rbuf, rlen, "%d", server->count);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = server_start,
    .stop = server_stop,
    .ready_input = server_ready_input,
    .driver_name = "echo_server",
    .control = server_control,
    .stop_select = server_stop_select,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(echo_server) {
    return &entry;
}
