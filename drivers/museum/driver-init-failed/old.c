/* The version before: wants no file. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
