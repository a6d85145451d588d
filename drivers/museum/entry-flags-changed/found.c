/* The new version asks for a lock per port: what relied on one lock for the whole driver now runs side by side. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which, .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING)
