/* waiting: a timer and a queue that nothing comes of, and descriptions of terms that are none. */
#include "frame.h"

#include <unistd.h>

static void sleep_aside(void* job) {
    (void)job;
    usleep(400000);
}

static ErlDrvSSizeT waiting_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    ErlDrvTermData self = driver_mk_port(port);
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command) {
    case 1: /* this driver has no timeout callback */
        return driver_set_timer(port, 10);
    case 2:
        return driver_cancel_timer(port);
    case 3: /* more than the queue holds */
        driver_enq(port, "abc", 3);
        driver_deq(port, 4);
        driver_deq(port, 3);
        return 0;
    case 4:
        driver_enq(port, "abc", 3);
        driver_deq(port, 3);
        return 0;
    case 5: { /* two elements, and only one on the stack */
        ErlDrvTermData message[] = {ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2};
        erl_drv_output_term(self, message, 4);
        return 0;
    }
    case 6: {
        ErlDrvTermData message[] = {ERL_DRV_INT, 1, ERL_DRV_TUPLE, 1};
        erl_drv_output_term(self, message, 4);
        return 0;
    }
    case 7: { /* an element without a binary is pushed */
        SysIOVec bytes = {"abc", 3};
        ErlDrvBinary* none = NULL;
        ErlIOVec vector = {1, 3, &bytes, &none};
        driver_pushqv(port, &vector, 0);
        driver_deq(port, 3);
        return 0;
    }
    case 8:
        driver_pushq(port, "abc", 3);
        driver_deq(port, 3);
        return 0;
    case 9: /* stays in the queue when the port is closed: there is no flush callback */
        driver_enq(port, "abc", 3);
        return 0;
    case 10:
        driver_enq(port, "abc", 3);
        driver_deq(port, 3);
        return 0;
    case 11: /* sleeps where it should return */
        usleep(400000);
        return 0;
    case 12:
        driver_async(port, NULL, sleep_aside, NULL, NULL);
        return 0;
    default:
        return -1;
    }
}

MISUSE_ENTRY("waiting", waiting_control, .start = keep_port)
