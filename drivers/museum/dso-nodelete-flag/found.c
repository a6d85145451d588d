/* Linked with -z nodelete: the loader never unmaps it, and every reload keeps this code. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
