/* finish takes the driver off the list of drivers, which whoever unloads it has locked. */
#include "exhibit.h"

static void finish(void);

EXHIBIT(.start = keep_port, .finish = finish)

static void finish(void) {
    remove_driver_entry(exhibit_entry());
}
