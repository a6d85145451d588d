/* Says that it will acknowledge its ports later, and never does: open_port does not return. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .driver_flags = ERL_DRV_FLAG_USE_INIT_ACK)
