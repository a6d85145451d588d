/* Linked without -z nodelete. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
