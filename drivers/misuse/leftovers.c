/* leftovers: what outlives the port or the driver that made it.
 *
 * port_control(P, What, []) makes one: 1 a binary, 2 a mutex, 3 a key for thread-specific data, 4 one more reference to
 * the port data lock, 5 memory that stop forgets (finish frees it). With 10 more, it is given back at once. */
#include <erl_driver.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvPDL lock;
} leftovers;

static void* forgotten;

static ErlDrvData leftovers_start(ErlDrvPort port, char* command) {
    (void)command;
    leftovers* self = driver_alloc(sizeof *self);
    self->port = port;
    self->lock = driver_pdl_create(port);
    return (ErlDrvData)self;
}

static void leftovers_stop(ErlDrvData data) {
    driver_free((void*)data);
}

static ErlDrvSSizeT leftovers_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                      ErlDrvSizeT rlen) {
    leftovers* self = (leftovers*)data;
    int give_back = command > 10;
    (void)buf;
    (void)len;
    (void)rbuf;
    (void)rlen;
    switch (command % 10) {
    case 1: {
        ErlDrvBinary* binary = driver_alloc_binary(500);
        if (give_back) driver_free_binary(binary);
        break;
    }
    case 2: {
        ErlDrvMutex* mutex = erl_drv_mutex_create("left_mutex");
        if (give_back) erl_drv_mutex_destroy(mutex);
        break;
    }
    case 3: {
        ErlDrvTSDKey key;
        erl_drv_tsd_key_create("left_key", &key);
        if (give_back) erl_drv_tsd_key_destroy(key);
        break;
    }
    case 4:
        driver_pdl_inc_refc(self->lock);
        if (give_back) driver_pdl_dec_refc(self->lock);
        break;
    case 5:
        forgotten = driver_alloc(40);
        if (give_back) {
            driver_free(forgotten);
            forgotten = NULL;
        }
        break;
    }
    return 0;
}

static void leftovers_finish(void) {
    driver_free(forgotten);
}

static ErlDrvEntry entry = {
    .start = leftovers_start,
    .stop = leftovers_stop,
    .finish = leftovers_finish,
    .driver_name = "leftovers",
    .control = leftovers_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = ERL_DRV_FLAG_USE_PORT_LOCKING,
};

DRIVER_INIT(leftovers) {
    return &entry;
}
