/* The version before: one lock for the whole driver. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
