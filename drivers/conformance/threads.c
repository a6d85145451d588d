/* threads: threads of the driver's own. Each is joined before the callback that made it returns.
 *
 *   port_control(P, 1, [])   three terms {from_thread, N} sent by a thread, in three ways -> the results
 *   port_control(P, 2, [])   the clocks as a thread sees them: "error error" if they do not work there
 *   port_control(P, 3, [])   its name, whether it is itself, whether it is the thread of the callback
 *   port_control(P, 4, [])   what join says, and the value: of one that returned, and of one that called thread_exit
 *   port_control(P, 5, [])   a thread waits on a condition variable, the callback signals -> "woken"
 *   port_control(P, 6, [])   the suggested stack size of fresh options, and whether a thread starts with them
 *   port_control(P, 7, [])   thread-specific data: what the thread finds, what the callback still has */
#include "reply.h"
#include <stdint.h>
#include <string.h>

typedef struct {
    ErlDrvPort port;
    ErlDrvTermData port_term, owner;
    ErlDrvTid callback_thread;
    ErlDrvTSDKey key;
    ErlDrvMutex* mutex;
    ErlDrvCond* cond;
    int go, ready;
    char answer[128];
} Shared;

static ErlDrvData threads_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void* send_terms(void* data) {
    Shared* shared = data;
    ErlDrvTermData term[] = {ERL_DRV_ATOM, driver_mk_atom("from_thread"), ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2};
    int count = sizeof term / sizeof term[0];
    int by_send = erl_drv_send_term(shared->port_term, shared->owner, term, count);
    term[3] = 2;
    int by_output = erl_drv_output_term(shared->port_term, term, count);
    term[3] = 3;
    int by_old_send = driver_send_term(shared->port, shared->owner, term, count);
    snprintf(shared->answer, sizeof shared->answer, "%d %d %d", by_send, by_output, by_old_send);
    return NULL;
}

static void* read_clocks(void* data) {
    Shared* shared = data;
    ErlDrvTime time = erl_drv_monotonic_time(ERL_DRV_NSEC), offset = erl_drv_time_offset(ERL_DRV_NSEC);
    snprintf(shared->answer, sizeof shared->answer, "%s %s", time == ERL_DRV_TIME_ERROR ? "error" : "time",
             offset == ERL_DRV_TIME_ERROR ? "error" : "time");
    return NULL;
}

static void* tell_identity(void* data) {
    Shared* shared = data;
    ErlDrvTid self = erl_drv_thread_self();
    snprintf(shared->answer, sizeof shared->answer, "%s %s %s", erl_drv_thread_name(self),
             erl_drv_equal_tids(self, erl_drv_thread_self()) ? "itself" : "another",
             erl_drv_equal_tids(self, shared->callback_thread) ? "callback" : "thread");
    return NULL;
}

static void* return_five(void* data) {
    (void)data;
    return (void*)(intptr_t)5;
}

static void* exit_with_six(void* data) {
    (void)data;
    erl_drv_thread_exit((void*)(intptr_t)6);
    return NULL;
}

static void* wait_for_signal(void* data) {
    Shared* shared = data;
    erl_drv_mutex_lock(shared->mutex);
    shared->ready = 1;
    erl_drv_cond_broadcast(shared->cond);
    while (!shared->go) erl_drv_cond_wait(shared->cond, shared->mutex);
    erl_drv_mutex_unlock(shared->mutex);
    snprintf(shared->answer, sizeof shared->answer, "woken");
    return NULL;
}

static void* look_at_own_data(void* data) {
    Shared* shared = data;
    const char* before = erl_drv_tsd_get(shared->key) ? "full" : "empty";
    erl_drv_tsd_set(shared->key, shared);
    snprintf(shared->answer, sizeof shared->answer, "%s %s", before,
             erl_drv_tsd_get(shared->key) == shared ? "set" : "lost");
    return NULL;
}

/* The result of join; *value is what the thread ended with. */
static int run(void* (*body)(void*), Shared* shared, ErlDrvThreadOpts* options, void** value) {
    ErlDrvTid thread;
    int error = erl_drv_thread_create("worker", &thread, body, shared, options);
    return error ? error : erl_drv_thread_join(thread, value);
}

static void signal_a_thread(Shared* shared) {
    ErlDrvTid thread;
    shared->mutex = erl_drv_mutex_create("waiting");
    shared->cond = erl_drv_cond_create("waiting");
    if (erl_drv_thread_create("waiter", &thread, wait_for_signal, shared, NULL) == 0) {
        erl_drv_mutex_lock(shared->mutex);
        while (!shared->ready) erl_drv_cond_wait(shared->cond, shared->mutex);
        shared->go = 1;
        erl_drv_cond_signal(shared->cond);
        erl_drv_mutex_unlock(shared->mutex);
        erl_drv_thread_join(thread, NULL);
    }
    erl_drv_cond_destroy(shared->cond);
    erl_drv_mutex_destroy(shared->mutex);
}

static ErlDrvSSizeT two_endings(Shared* shared, char** rbuf, ErlDrvSizeT rlen) {
    void *returned = NULL, *exited = NULL;
    int one = run(return_five, shared, NULL, &returned);
    int two = run(exit_with_six, shared, NULL, &exited);
    return reply(rbuf, rlen, "%d %ld %d %ld", one, (long)(intptr_t)returned, two, (long)(intptr_t)exited);
}

static ErlDrvSSizeT with_options(Shared* shared, char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvThreadOpts* options = erl_drv_thread_opts_create("options");
    int fresh = options->suggested_stack_size;
    void* value = NULL;
    options->suggested_stack_size = 64;
    int error = run(return_five, shared, options, &value);
    erl_drv_thread_opts_destroy(options);
    return reply(rbuf, rlen, "%d %d %ld", fresh, error, (long)(intptr_t)value);
}

static ErlDrvSSizeT own_data(Shared* shared, char** rbuf, ErlDrvSizeT rlen) {
    int mine = 0;
    erl_drv_tsd_key_create("threads", &shared->key);
    erl_drv_tsd_set(shared->key, &mine);
    run(look_at_own_data, shared, NULL, NULL);
    const char* kept = erl_drv_tsd_get(shared->key) == &mine ? "kept" : "lost";
    erl_drv_tsd_set(shared->key, NULL);
    erl_drv_tsd_key_destroy(shared->key);
    return reply(rbuf, rlen, "%s %s", shared->answer, kept);
}

static ErlDrvSSizeT threads_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    Shared shared = {.port = port,
                     .port_term = driver_mk_port(port),
                     .owner = driver_connected(port),
                     .callback_thread = erl_drv_thread_self()};
    void* (*const bodies[])(void*) = {NULL, send_terms, read_clocks, tell_identity};
    (void)buf;
    (void)len;
    switch (command) {
    case 1:
    case 2:
    case 3:
        run(bodies[command], &shared, NULL, NULL);
        return reply(rbuf, rlen, "%s", shared.answer);
    case 4:
        return two_endings(&shared, rbuf, rlen);
    case 5:
        signal_a_thread(&shared);
        return reply(rbuf, rlen, "%s", shared.answer);
    case 6:
        return with_options(&shared, rbuf, rlen);
    case 7:
        return own_data(&shared, rbuf, rlen);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = threads_start,
    .driver_name = "threads",
    .control = threads_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(threads) {
    return &entry;
}
