/* Says that it was built for driver interface 3.99, which no emulator has. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .minor_version = 99)
