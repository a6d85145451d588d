/* The version before: it takes commands, and has a control. */
#include "exhibit.h"

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {}

EXHIBIT(.start = keep_port, .output = output, .control = which)
