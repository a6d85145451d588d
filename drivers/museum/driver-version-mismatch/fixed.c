/* Says that it was built for the driver interface of the header. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION)
