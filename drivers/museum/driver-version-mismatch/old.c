/* The version before: built with the header's own numbers. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
