/* The new version calls itself by a new name. */
#include "exhibit.h"

static char name[] = "exhibit_v2";

EXHIBIT(.start = keep_port, .driver_name = name)
