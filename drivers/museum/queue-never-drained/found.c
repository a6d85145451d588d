/* What is sent to it waits in the queue. Nobody ever takes it out, so a port that is closed stays. */
#include "exhibit.h"

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    driver_enq((ErlDrvPort)data, buf, len);
}

EXHIBIT(.start = keep_port, .output = output)
