/* no_driver_init: the classic mistake of a driver written in C++. DRIVER_INIT without extern "C" makes a function of
 * C++, with a mangled name; the symbol driver_init is missing. Loading it answers {error, no_driver_init}. */
#include <erl_driver.h>

static ErlDrvEntry entry = {};

DRIVER_INIT(no_driver_init) {
    return &entry;
}
