/* Sets an environment variable with putenv, which keeps the pointer: when the library goes, the environment points
 * nowhere. */
#define _DEFAULT_SOURCE
#include "exhibit.h"
#include <stdlib.h>

static char mode[] = "EXHIBIT_MODE=fast";

static int init(void) {
    return putenv(mode);
}

EXHIBIT(.init = init, .start = keep_port)
