/* DRIVER_INIT in C++ without extern "C": the function is there, but its name is _Z11driver_initv. */
#include "exhibit.h"

EXHIBIT_ENTRY(.start = keep_port)

DRIVER_INIT(exhibit) {
    return exhibit_entry();
}
