/* Names of objects by libgit2: blobs in memory, no repository.
 * needs: libgit2-dev
 * flags: -lgit2 */
#include "ordinary.h"

#include <git2.h>

static int init(void) {
    return git_libgit2_init() > 0 ? 0 : -1;
}
static void finish(void) {
    git_libgit2_shutdown();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    git_oid id;
    char text[GIT_OID_HEXSZ + 1];
    (void)data, (void)command;
    if (git_odb_hash(&id, buf, len, GIT_OBJECT_BLOB) != 0) return say(rbuf, rlen, git_error_last()->message);
    return say(rbuf, rlen, git_oid_tostr(text, sizeof text, &id));
}

DRIVER(.init = init, .start = keep_port, .control = control, .finish = finish)
