/* Built without -fsanitize=address. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
