/* The version before: in C. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
