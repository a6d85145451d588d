/* What is sent to it waits in the queue. When the port closes, flush gives it up. */
#include "exhibit.h"

static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    driver_enq((ErlDrvPort)data, buf, len);
}

static void flush(ErlDrvData data) {
    driver_deq((ErlDrvPort)data, driver_sizeq((ErlDrvPort)data));
}

EXHIBIT(.start = keep_port, .output = output, .flush = flush)
