/* The new version keeps the lock that the old one had. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
