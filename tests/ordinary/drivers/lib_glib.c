/* A hash table of strings for each port. GLib never leaves memory, by design.
 * needs: libglib2.0-dev
 * make: sh -c "pkg-config --cflags --libs glib-2.0 > {out}/glib.flags"
 * flags: @{out}/glib.flags */
#include "ordinary.h"

#include <glib.h>

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    (void)port, (void)arguments;
    return (ErlDrvData)g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}
static void stop(ErlDrvData data) {
    g_hash_table_destroy((GHashTable*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    GHashTable* table = (GHashTable*)data;
    GString* text = g_string_new("");
    ErlDrvSSizeT length;
    g_string_printf(text, "%u:%.*s", command, (int)len, buf);
    g_hash_table_replace(table, g_strdup(text->str), GUINT_TO_POINTER(command));
    g_string_printf(text, "%u keys", g_hash_table_size(table));
    length = answer(rbuf, rlen, text->str, text->len);
    g_string_free(text, TRUE);
    return length;
}

DRIVER(.start = start, .stop = stop, .control = control)
