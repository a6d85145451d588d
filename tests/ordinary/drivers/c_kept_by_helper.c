/* A library of its own that never leaves memory calls a hook, which the driver exports: bound to that, it keeps the
 * driver, too.
 *
 * make: cc -x c -fPIC -shared -o {out}/libhelper.so -Wl,-z,nodelete,-soname,libhelper.so {here}/helper.c.in
 * flags: -L{out} -lhelper -Wl,-rpath,{out}
 * true: dso-pinned-by-importer reload-kept-old-code
 * says: version script
 * node: stays */
#include "ordinary.h"

int helper(int number);

int ordinary_hook(int number) {
    return number + 1;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    const int result = helper((int)command);
    (void)data, (void)buf, (void)len;
    return answer(rbuf, rlen, &result, sizeof result);
}

DRIVER(.start = keep_port, .control = control)
