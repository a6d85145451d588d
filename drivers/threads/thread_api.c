/* thread_api: the thread functions, each answer a line of results.
 *
 *   1 results: one thread returns, one calls erl_drv_thread_exit     2 identities: self, equal, names
 *   3 what join says of a thread that is not of this API             4 stack size     5 thread-specific data
 *   6 the clock in a thread                                          7 the emulator thread's own identity */
#include "reply.h"
#include <errno.h>
#include <stdint.h>

static void* give_back(void* argument) {
    return argument;
}

static void* give_back_by_exit(void* argument) {
    erl_drv_thread_exit(argument);
    return NULL;
}

static void* tell_self(void* argument) {
    *(ErlDrvTid*)argument = erl_drv_thread_self();
    return NULL;
}

static ErlDrvTSDKey key;

static void* use_slot(void* argument) {
    void* before = erl_drv_tsd_get(key);
    erl_drv_tsd_set(key, argument);
    return before == NULL && erl_drv_tsd_get(key) == argument ? argument : NULL;
}

static void* read_clock(void* argument) {
    *(ErlDrvTime*)argument = erl_drv_monotonic_time(ERL_DRV_MSEC);
    return NULL;
}

static ErlDrvSSizeT results(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTid one, two;
    void *first = NULL, *second = NULL;
    int made = erl_drv_thread_create("one", &one, give_back, (void*)11, NULL);
    made += erl_drv_thread_create("two", &two, give_back_by_exit, (void*)22, NULL);
    int joined = erl_drv_thread_join(one, &first);
    joined += erl_drv_thread_join(two, &second);
    return reply(rbuf, rlen, "%d %d %d %d", made, joined, (int)(intptr_t)first, (int)(intptr_t)second);
}

static ErlDrvSSizeT identities(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTid made, self = NULL, nameless, mine = erl_drv_thread_self();
    erl_drv_thread_create("my_thread", &made, tell_self, &self, NULL);
    erl_drv_thread_create(NULL, &nameless, give_back, NULL, NULL);
    char name[32], no_name[32];
    snprintf(name, sizeof name, "%s", erl_drv_thread_name(made));
    snprintf(no_name, sizeof no_name, "%s", erl_drv_thread_name(nameless));
    erl_drv_thread_join(made, NULL); /* its identity may be given to another thread from here on */
    erl_drv_thread_join(nameless, NULL);
    return reply(rbuf, rlen, "%s %s %s %s", name, no_name, erl_drv_equal_tids(made, self) ? "same" : "other",
                 erl_drv_equal_tids(mine, erl_drv_thread_self()) ? "same" : "other");
}

static ErlDrvSSizeT stack_size(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvThreadOpts* options = erl_drv_thread_opts_create("my_options");
    int by_default = options->suggested_stack_size;
    options->suggested_stack_size = 64;
    ErlDrvTid thread;
    void* result = NULL;
    erl_drv_thread_create("with_options", &thread, give_back, (void*)7, options);
    erl_drv_thread_opts_destroy(options);
    erl_drv_thread_join(thread, &result);
    return reply(rbuf, rlen, "%d %d", by_default, (int)(intptr_t)result);
}

static ErlDrvSSizeT slots(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTid thread;
    void* result = NULL;
    int mine = 1, theirs = 2;
    erl_drv_tsd_key_create("my_key", &key);
    erl_drv_tsd_set(key, &mine);
    erl_drv_thread_create("slots", &thread, use_slot, &theirs, NULL);
    erl_drv_thread_join(thread, &result);
    ErlDrvSSizeT length = reply(rbuf, rlen, "%s %s", result == &theirs ? "its own" : "shared",
                                erl_drv_tsd_get(key) == &mine ? "kept" : "lost");
    erl_drv_tsd_set(key, NULL);
    erl_drv_tsd_key_destroy(key);
    return length;
}

static ErlDrvSSizeT clock_in_thread(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTid thread;
    ErlDrvTime time = 0;
    erl_drv_thread_create("clock", &thread, read_clock, &time, NULL);
    erl_drv_thread_join(thread, NULL);
    return reply(rbuf, rlen, "%s", time == ERL_DRV_TIME_ERROR ? "no time" : "a time");
}

static ErlDrvData thread_api_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT thread_api_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                       ErlDrvSizeT rlen) {
    (void)data;
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
        return results(rbuf, rlen);
    case 2:
        return identities(rbuf, rlen);
    case 3:
        return reply(rbuf, rlen, "%s",
                     erl_drv_thread_join(erl_drv_thread_self(), NULL) == EINVAL ? "einval" : "joined");
    case 4:
        return stack_size(rbuf, rlen);
    case 5:
        return slots(rbuf, rlen);
    case 6:
        return clock_in_thread(rbuf, rlen);
    case 7:
        return reply(rbuf, rlen, "%s %s", erl_drv_thread_name(erl_drv_thread_self()),
                     erl_drv_equal_tids(erl_drv_thread_self(), erl_drv_thread_self()) ? "same" : "other");
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = thread_api_start,
    .driver_name = "thread_api",
    .control = thread_api_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(thread_api) {
    return &entry;
}
