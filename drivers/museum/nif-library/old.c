/* The version before: a driver. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
