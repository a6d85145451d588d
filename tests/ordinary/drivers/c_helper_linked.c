/* The same with the library linked statically and hidden, as the fix for that says: nothing stays.
 *
 * make: cc -x c -c -fPIC -o {out}/helper.o {here}/helper.c.in
 * flags: {out}/helper.o -Wl,--version-script={here}/only_driver_init.map */
#include "c_kept_by_helper.c"
