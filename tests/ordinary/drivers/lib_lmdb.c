/* A table in a file of its own for each port, opened in start and closed in stop.
 * needs: liblmdb-dev
 * flags: -llmdb */
#include "ordinary.h"

#include <lmdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct {
    MDB_env* env;
    MDB_dbi table;
    char folder[64];
} Port;

static void stop(ErlDrvData data) {
    Port* self = (Port*)data;
    char path[96];
    mdb_env_close(self->env);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", self->folder, i ? "lock.mdb" : "data.mdb");
        unlink(path);
    }
    rmdir(self->folder);
    free(self);
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    Port* self = calloc(1, sizeof *self);
    MDB_txn* change;
    (void)port, (void)arguments;
    strcpy(self->folder, "/tmp/lmdb-XXXXXX");
    if (!mkdtemp(self->folder) || mdb_env_create(&self->env) != 0) {
        free(self);
        return ERL_DRV_ERROR_GENERAL;
    }
    mdb_env_set_mapsize(self->env, 1 << 20);
    if (mdb_env_open(self->env, self->folder, 0, 0600) != 0 || mdb_txn_begin(self->env, NULL, 0, &change) != 0) {
        stop((ErlDrvData)self);
        return ERL_DRV_ERROR_GENERAL;
    }
    mdb_dbi_open(change, NULL, 0, &self->table);
    mdb_txn_commit(change);
    return (ErlDrvData)self;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Port* self = (Port*)data;
    MDB_txn* txn;
    MDB_val key = {sizeof command, &command}, value = {len, buf};
    size_t found = 0;
    if (mdb_txn_begin(self->env, NULL, 0, &txn) == 0) {
        mdb_put(txn, self->table, &key, &value, 0);
        mdb_txn_commit(txn);
    }
    if (mdb_txn_begin(self->env, NULL, MDB_RDONLY, &txn) == 0) {
        if (mdb_get(txn, self->table, &key, &value) == 0) found = value.mv_size;
        mdb_txn_abort(txn);
    }
    return answer(rbuf, rlen, &found, sizeof found);
}

DRIVER(.start = start, .stop = stop, .control = control)
