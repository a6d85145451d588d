/* The same, exporting driver_init only, as the fix for the other says: the driver leaves memory, the library stays. That
 * is another matter: the next version gets the old library.
 *
 * make: cc -x c -fPIC -shared -o {out}/libhelper.so -Wl,-z,nodelete,-soname,libhelper.so {here}/helper.c.in
 * flags: -L{out} -lhelper -Wl,-rpath,{out} -Wl,--version-script={here}/only_driver_init.map
 * true: dependency-pinned
 * verdict: SAFE-IF */
#include "c_kept_by_helper.c"
