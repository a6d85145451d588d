/* Linked without -z execstack. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
