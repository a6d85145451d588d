/* A database in memory for each port; control runs what it is sent as a parameter of a statement.
 * needs: libsqlite3-dev
 * flags: -lsqlite3 */
#include "ordinary.h"

#include <sqlite3.h>

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    sqlite3* database = NULL;
    (void)port, (void)arguments;
    if (sqlite3_open(":memory:", &database) != SQLITE_OK ||
        sqlite3_exec(database, "create table words (word text primary key, n integer)", NULL, NULL, NULL) !=
            SQLITE_OK) {
        sqlite3_close(database);
        return ERL_DRV_ERROR_GENERAL;
    }
    return (ErlDrvData)database;
}
static void stop(ErlDrvData data) {
    sqlite3_close((sqlite3*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    sqlite3* database = (sqlite3*)data;
    sqlite3_stmt* statement = NULL;
    int rows = 0;
    (void)command;
    if (sqlite3_prepare_v2(database, "insert into words values (?, 1) on conflict (word) do update set n = n + 1", -1,
                           &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, buf, (int)len, SQLITE_TRANSIENT);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    if (sqlite3_prepare_v2(database, "select count(*) from words", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        rows = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return answer(rbuf, rlen, &rows, sizeof rows);
}

DRIVER(.start = start, .stop = stop, .control = control)
