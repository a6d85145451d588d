/* The same with a handler for what GLib logs, which finish does not take back: GLib stays, and calls code that is gone.
 * needs: libglib2.0-dev
 * make: sh -c "pkg-config --cflags --libs glib-2.0 > {out}/glib.flags"
 * flags: @{out}/glib.flags
 * true: callback-registered-elsewhere memory-registered-elsewhere
 * verdict: SAFE-IF */
#include "ordinary.h"

#include <glib.h>

static void log_line(const gchar* domain, GLogLevelFlags level, const gchar* text, gpointer data) {
    (void)domain, (void)level, (void)text;
    ++*(int*)data;
}
static int lines;

static int init(void) {
    g_log_set_default_handler(log_line, &lines);
    return 0;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command, (void)buf, (void)len;
    g_message("a line");
    return answer(rbuf, rlen, &lines, sizeof lines);
}

DRIVER(.init = init, .start = keep_port, .control = control)
