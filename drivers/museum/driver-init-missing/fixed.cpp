/* With extern "C" the function has the name that is looked for. */
#include "exhibit.h"

EXHIBIT_ENTRY(.start = keep_port)

extern "C" DRIVER_INIT(exhibit) {
    return exhibit_entry();
}
