/* init_returns_null: driver_init gives no entry. Loading it answers {error, driver_init_failed}, the same words as for
 * a failing init callback. */
#include <erl_driver.h>
#include <stddef.h>

DRIVER_INIT(init_returns_null) {
    return NULL;
}
