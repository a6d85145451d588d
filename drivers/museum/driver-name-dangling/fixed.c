/* The name in its entry is a part of the library. */
#include "exhibit.h"

static char name[] = "exhibit";

EXHIBIT(.start = keep_port, .driver_name = name)
