/* outputv puts the vector into the queue as it is; a timer sends what is there, and flush sends the rest. */
#include "ordinary.h"

static void outputv(ErlDrvData data, ErlIOVec* vector) {
    ErlDrvPort port = (ErlDrvPort)data;
    driver_enqv(port, vector, 0);
    driver_pushq(port, (char*)"<", 1);
    driver_set_timer(port, 5);
}
static void send_all(ErlDrvPort port) {
    ErlIOVec vector;
    ErlDrvSizeT size = driver_peekqv(port, &vector);
    if (size == 0) return;
    driver_outputv(port, (char*)"q", 1, &vector, 0);
    driver_deq(port, size);
}
static void timeout(ErlDrvData data) {
    send_all((ErlDrvPort)data);
}
static void flush(ErlDrvData data) {
    send_all((ErlDrvPort)data);
}

DRIVER(.start = keep_port, .timeout = timeout, .outputv = outputv, .flush = flush)
