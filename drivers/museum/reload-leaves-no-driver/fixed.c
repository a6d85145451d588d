/* Built as a library. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
