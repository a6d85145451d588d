/* The version before: all in one file. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
