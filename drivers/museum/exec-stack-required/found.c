/* Linked with -z execstack: loading it makes the node's stack executable, or fails. */
#include "exhibit.h"

EXHIBIT(.start = keep_port, .control = which)
