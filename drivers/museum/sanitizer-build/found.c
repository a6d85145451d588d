/* Built with -fsanitize=address. A node has no such runtime: the load ends it. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
