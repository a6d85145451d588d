/* Linked without -ffast-math. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
