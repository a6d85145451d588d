/* The version before: a library that loads. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
