/* A class of GObject that the driver registers as a static type. The type system stays and keeps the functions; the next
 * load finds the name taken.
 * needs: libglib2.0-dev
 * make: sh -c "pkg-config --cflags --libs gobject-2.0 > {out}/glib.flags"
 * flags: @{out}/glib.flags
 * true: driver-crashed
 * node: dies */
#include "ordinary.h"

#include <glib-object.h>

typedef struct {
    GObject parent;
    int calls;
} Counter;
typedef struct {
    GObjectClass parent;
} CounterClass;

G_DEFINE_TYPE(Counter, counter, G_TYPE_OBJECT)

static void counter_class_init(CounterClass* class) {
    (void)class;
}
static void counter_init(Counter* self) {
    self->calls = 0;
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    (void)port, (void)arguments;
    return (ErlDrvData)g_object_new(counter_get_type(), NULL);
}
static void stop(ErlDrvData data) {
    g_object_unref(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    Counter* self = (Counter*)data;
    (void)command, (void)buf, (void)len;
    ++self->calls;
    return answer(rbuf, rlen, &self->calls, sizeof self->calls);
}

DRIVER(.start = start, .stop = stop, .control = control)
