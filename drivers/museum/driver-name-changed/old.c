/* The version before: it is called what its file is called. */
#include "exhibit.h"

EXHIBIT(.start = keep_port)
