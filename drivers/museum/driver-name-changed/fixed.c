/* The new version calls itself what its file is called. */
#include "exhibit.h"

static char name[] = "exhibit";

EXHIBIT(.start = keep_port, .driver_name = name)
