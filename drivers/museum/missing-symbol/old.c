/* The version before: without the new function. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
