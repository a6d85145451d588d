/* Begins to connect to a server that is not there, and gives up.
 * needs: libpq-dev
 * make: sh -c "pkg-config --cflags --libs libpq > {out}/pq.flags"
 * flags: @{out}/pq.flags */
#include "ordinary.h"

#include <libpq-fe.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    PGconn* connection = PQconnectdb("host=/nowhere dbname=none connect_timeout=1");
    const int bad = PQstatus(connection) != CONNECTION_OK;
    (void)data, (void)command, (void)buf, (void)len;
    PQfinish(connection);
    return say(rbuf, rlen, bad ? "bad" : "good");
}

DRIVER(.start = keep_port, .control = control)
