/* wide: the whole driver API, one letter for each thing that a callback can do. Random scenarios use it: any act may
 * come in any callback, and the answer says what each function returned.
 *
 *   port_control(P, 1, "T5 e")   does the acts now -> their results, "0 1 "
 *   port_control(P, 2, "te b")   from now on callback t does "e b", after what it does anyway; see `planned`
 *   port_control(P, 3, [])       the version -> "v1"
 *   port_command(P, "!T5 e")     does the acts in output or outputv; anything else comes back as data
 *   open text "wide T5 e"        does the acts in start; "wide general", "wide errno" and "wide badarg" fail
 *   port_call(P, N, Term)        0 the term comes back    1 from memory of driver_alloc   2 refused   3 no term
 *                                4 the bytes of the term, sent to the owner as data
 *
 * An act is a letter and a number (0 if there is none); the table ACTS names them. A plan for flush stands in the place
 * of what it does anyway, emptying the queue: a port that is closed may so wait for a timer. Built several times, see
 * wide/fixtures.cmake: WIDE_NAME, WIDE_FLAGS and WIDE_OUTPUTV make the differences. */
#include "reply.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef WIDE_NAME
#define WIDE_NAME "wide"
#endif
#ifndef WIDE_FLAGS
#define WIDE_FLAGS 0
#endif

#define T(x) ((ErlDrvTermData)(x))

enum { MOST_MONITORS = 8, LONGEST_PLAN = 32 };
enum { DO = 1, PLAN = 2, VERSION_OF = 3 };
enum { ECHO_TERM = 0, ECHO_ALLOCATED = 1, REFUSE = 2, NO_TERM = 3, SEND_BYTES = 4 };

/* timeout, ready_input, ready_output, process_exit, ready_async, flush, stop */
static const char planned[] = "tiopafs";

typedef struct {
    ErlDrvPort port;
    int own, other; /* the ends of a socket pair; -1: closed, or not there yet */
    ErlDrvMonitor monitors[MOST_MONITORS];
    int monitor_count;
    ErlDrvPDL lock;
    char plans[sizeof planned][LONGEST_PLAN];
} Wide;

typedef struct {
    char text[512];
    int used;
} Answer;

static void act_all(Wide* wide, const char* acts, ErlDrvSizeT length, Answer* answer);

static int send_to_owner(Wide* wide, ErlDrvTermData* words, int count) {
    return erl_drv_output_term(driver_mk_port(wide->port), words, count);
}

#define OUT(wide, ...)                                                                                                 \
    send_to_owner(wide, (ErlDrvTermData[]){__VA_ARGS__},                                                               \
                  sizeof((ErlDrvTermData[]){__VA_ARGS__}) / sizeof(ErlDrvTermData))

#define TAGGED(wide, tag, ...)                                                                                         \
    ERL_DRV_ATOM, driver_mk_atom(tag), ERL_DRV_PORT, driver_mk_port((wide)->port), __VA_ARGS__

/* --- timers ---------------------------------------------------------------------------------------------------- */

static long set_timer(Wide* wide, long n) {
    return driver_set_timer(wide->port, (unsigned long)n);
}
static long cancel_timer(Wide* wide, long n) {
    (void)n;
    return driver_cancel_timer(wide->port);
}
static long read_timer(Wide* wide, long n) {
    unsigned long left = 0;
    (void)n;
    return driver_read_timer(wide->port, &left) == 0 ? (long)left : -1;
}

/* --- data to the owner ------------------------------------------------------------------------------------------ */

static ErlDrvBinary* binary_of(const char* text, ErlDrvSizeT length) {
    ErlDrvBinary* binary = driver_alloc_binary(length);
    if (binary) memcpy(binary->orig_bytes, text, length);
    return binary;
}
static const char* digits(void) {
    return "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz";
}
static long output(Wide* wide, long n) {
    return driver_output(wide->port, (char*)digits(), (ErlDrvSizeT)(n % 90));
}
static long output2(Wide* wide, long n) {
    return driver_output2(wide->port, "HD", 2, (char*)digits(), (ErlDrvSizeT)(n % 90));
}
static long output_binary(Wide* wide, long n) {
    ErlDrvBinary* binary = binary_of(digits(), 90);
    int result = driver_output_binary(wide->port, "H", (ErlDrvSizeT)(n % 2), binary, 3, (ErlDrvSizeT)(n % 80));
    long refcount = driver_binary_get_refc(binary);
    driver_free_binary(binary);
    return result * 10 + refcount;
}
/* Some pieces, each in memory of its own, in a binary, or empty: what n says in base 3. */
static long with_vector(Wide* wide, long n, int in_binaries, long (*use)(Wide*, ErlIOVec*, long)) {
    SysIOVec pieces[4];
    ErlDrvBinary* binaries[4];
    ErlIOVec vector = {.vsize = 0, .size = 0, .iov = pieces, .binv = binaries};
    for (long rest = n; vector.vsize < 4 && (rest > 0 || vector.vsize == 0); rest /= 3, vector.vsize++) {
        ErlDrvBinary* binary = rest % 3 == 2 || in_binaries ? binary_of(digits(), 80) : NULL;
        pieces[vector.vsize].iov_base = binary ? binary->orig_bytes + 1 : (char*)digits();
        pieces[vector.vsize].iov_len = rest % 3 == 0 ? 0 : rest % 3 == 2 ? 70 : 5;
        binaries[vector.vsize] = binary;
        vector.size += pieces[vector.vsize].iov_len;
    }
    long result = use(wide, &vector, n);
    for (int i = 0; i < vector.vsize; i++)
        if (binaries[i]) driver_free_binary(binaries[i]);
    return result;
}
static long use_outputv(Wide* wide, ErlIOVec* vector, long n) {
    return driver_outputv(wide->port, "H", (ErlDrvSizeT)(n % 2), vector, vector->size > 8 ? (ErlDrvSizeT)(n % 8) : 0);
}
static long outputv(Wide* wide, long n) {
    return with_vector(wide, n, 0, use_outputv);
}

/* --- terms ------------------------------------------------------------------------------------------------------ */

static long output_term(Wide* wide, long n) {
    return OUT(wide, TAGGED(wide, "said", ERL_DRV_INT, T(n), ERL_DRV_TUPLE, 3));
}
static long old_output_term(Wide* wide, long n) {
    ErlDrvTermData words[] = {TAGGED(wide, "said_old", ERL_DRV_UINT, T(n), ERL_DRV_TUPLE, 3)};
    return driver_output_term(wide->port, words, sizeof words / sizeof words[0]);
}
static long send_term(Wide* wide, long n) {
    ErlDrvTermData words[] = {TAGGED(wide, "told", ERL_DRV_INT, T(n), ERL_DRV_TUPLE, 3)};
    ErlDrvTermData to = n % 2 ? driver_connected(wide->port) : driver_caller(wide->port);
    return erl_drv_send_term(driver_mk_port(wide->port), to, words, sizeof words / sizeof words[0]);
}
static long old_send_term(Wide* wide, long n) {
    ErlDrvTermData words[] = {TAGGED(wide, "told_old", ERL_DRV_INT, T(n), ERL_DRV_TUPLE, 3)};
    ErlDrvTermData to = n % 2 ? driver_connected(wide->port) : driver_caller(wide->port);
    return driver_send_term(wide->port, to, words, sizeof words / sizeof words[0]);
}
static long any_term(Wide* wide, long n) {
    static double half = 0.5;
    static ErlDrvSInt64 low = -5000000000;
    static ErlDrvUInt64 high = 18446744073709551615ull;
    ErlDrvBinary* binary = NULL;
    long result = -9;
    switch (n) {
    case 0:
        return OUT(wide, ERL_DRV_NIL, ERL_DRV_STRING_CONS, T("abc"), 3, ERL_DRV_STRING, T("text"), 4, ERL_DRV_TUPLE, 2);
    case 1:
        return OUT(wide, ERL_DRV_FLOAT, T(&half), ERL_DRV_INT64, T(&low), ERL_DRV_UINT64, T(&high), ERL_DRV_TUPLE, 3);
    case 2:
        return OUT(wide, ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_NIL, ERL_DRV_LIST, 3);
    case 3:
        return OUT(wide, ERL_DRV_ATOM, driver_mk_atom("k"), ERL_DRV_BUF2BINARY, T("bytes"), 5, ERL_DRV_MAP, 1);
    case 4:
        return OUT(wide, ERL_DRV_EXT2TERM, T("\203h\2d\0\1aa\1"), 8);
    case 5:
        return OUT(wide, ERL_DRV_EXT2TERM, T("\203h\2d\0\1aa\1"), 7); /* cut off */
    case 6:
        return OUT(wide, ERL_DRV_INT, 1, ERL_DRV_INT, 2); /* two terms */
    case 7:
        return OUT(wide, ERL_DRV_PID, driver_connected(wide->port), ERL_DRV_NIL, ERL_DRV_TUPLE, 2);
    default:
        binary = binary_of(digits(), 90);
        result = OUT(wide, ERL_DRV_BINARY, T(binary), 80, 5);
        result = result * 10 + driver_binary_get_refc(binary);
        driver_free_binary(binary);
        return result;
    }
}
static long who(Wide* wide, long n) {
    ErlDrvTermData caller = driver_caller(wide->port), owner = driver_connected(wide->port);
    (void)n;
    return (caller == driver_term_nil) + 2 * (caller == owner) + 4 * (driver_mk_term_nil() == driver_term_nil);
}

/* --- the end of a port ------------------------------------------------------------------------------------------ */

static long fail(Wide* wide, long n) {
    return driver_failure(wide->port, (int)n);
}
static long fail_atom(Wide* wide, long n) {
    return driver_failure_atom(wide->port, n ? "boom" : "normal");
}
static long fail_posix(Wide* wide, long n) {
    return driver_failure_posix(wide->port, (int)n);
}
static long fail_eof(Wide* wide, long n) {
    (void)n;
    return driver_failure_eof(wide->port);
}
static long end(Wide* wide, long n) {
    return driver_exit(wide->port, (int)n);
}

/* --- attributes ------------------------------------------------------------------------------------------------- */

static long busy(Wide* wide, long n) {
    set_busy_port(wide->port, (int)n);
    return 0;
}
static long busy_limits(Wide* wide, long n) {
    ErlDrvSizeT low = 0, high = 0; /* asks for both */
    if (n == 1) low = high = ERL_DRV_BUSY_MSGQ_DISABLED;
    if (n > 1) low = 10, high = (ErlDrvSizeT)(10 + n);
    erl_drv_busy_msgq_limits(wide->port, &low, &high);
    return low == ERL_DRV_BUSY_MSGQ_DISABLED ? -1 : (long)(low + high);
}
static long control_flags(Wide* wide, long n) {
    set_port_control_flags(wide->port, n ? PORT_CONTROL_FLAG_BINARY : 0);
    return 0;
}
static long port_flags(Wide* wide, long n) {
    (void)n;
    return get_port_flags(wide->port);
}
static long os_pid(Wide* wide, long n) {
    erl_drv_set_os_pid(wide->port, (ErlDrvSInt)n);
    return 0;
}
static long slice(Wide* wide, long n) {
    (void)n;
    return erl_drv_consume_timeslice(wide->port, 1) < 0; /* whether it is used up is the machine's affair */
}
static long lock_driver(Wide* wide, long n) {
    (void)n;
    return driver_lock_driver(wide->port);
}
static long acknowledge(Wide* wide, long n) {
    erl_drv_init_ack(wide->port, n == 1 ? ERL_DRV_ERROR_GENERAL : n == 2 ? ERL_DRV_ERROR_BADARG : (ErlDrvData)wide);
    return 0;
}

/* --- the queue of the port ---------------------------------------------------------------------------------------- */

static long enq(Wide* wide, long n) {
    return driver_enq(wide->port, (char*)digits(), (ErlDrvSizeT)(n % 90));
}
static long pushq(Wide* wide, long n) {
    return driver_pushq(wide->port, (char*)digits() + 10, (ErlDrvSizeT)(n % 80));
}
static long queue_binary(Wide* wide, long n) {
    ErlDrvBinary* binary = binary_of(digits(), 90);
    int result = n % 2 ? driver_pushq_bin(wide->port, binary, 2, (ErlDrvSizeT)(n % 80))
                       : driver_enq_bin(wide->port, binary, 2, (ErlDrvSizeT)(n % 80));
    long refcount = driver_binary_get_refc(binary);
    driver_free_binary(binary);
    return result * 10 + refcount;
}
static long use_enqv(Wide* wide, ErlIOVec* vector, long n) {
    return driver_enqv(wide->port, vector, vector->size > 8 ? (ErlDrvSizeT)(n % 8) : 0);
}
static long use_pushqv(Wide* wide, ErlIOVec* vector, long n) {
    return driver_pushqv(wide->port, vector, vector->size > 8 ? (ErlDrvSizeT)(n % 8) : 0);
}
static long enqv(Wide* wide, long n) {
    return with_vector(wide, n, 0, use_enqv);
}
static long pushqv(Wide* wide, long n) {
    return with_vector(wide, n, 1, use_pushqv); /* a node corrupts its queue by pieces without a binary */
}
static long deq(Wide* wide, long n) {
    ErlDrvSizeT there = driver_sizeq(wide->port);
    return (long)driver_deq(wide->port, (ErlDrvSizeT)n > there ? there : (ErlDrvSizeT)n);
}
static long sizeq(Wide* wide, long n) {
    (void)n;
    return (long)driver_sizeq(wide->port);
}
/* 1 sends what is queued to the owner; 0 tells how many pieces it is in. */
static long peekq(Wide* wide, long n) {
    ErlIOVec vector = {.vsize = 0};
    int pieces = 0;
    driver_peekq(wide->port, &pieces);
    if (!n) return pieces;
    long size = (long)driver_peekqv(wide->port, &vector);
    if (size > 0) driver_outputv(wide->port, NULL, 0, &vector, 0);
    return size;
}

/* --- monitors ------------------------------------------------------------------------------------------------------
 */

static long monitor(Wide* wide, long n) {
    if (wide->monitor_count == MOST_MONITORS) return -8;
    int result = driver_monitor_process(wide->port, n ? driver_connected(wide->port) : driver_caller(wide->port),
                                        &wide->monitors[wide->monitor_count]);
    if (result == 0) wide->monitor_count++;
    return result;
}
static long demonitor(Wide* wide, long n) {
    if (n >= wide->monitor_count) return -8;
    return driver_demonitor_process(wide->port, &wide->monitors[n]);
}
static long monitored(Wide* wide, long n) {
    if (n >= wide->monitor_count) return -8;
    ErlDrvTermData pid = driver_get_monitored_process(wide->port, &wide->monitors[n]);
    return (pid == driver_term_nil) + 2 * (pid == driver_connected(wide->port)) +
           4 * (driver_compare_monitors(&wide->monitors[0], &wide->monitors[n]) == 0);
}

/* --- descriptors ----------------------------------------------------------------------------------------------------
 */

static int has_ends(Wide* wide) {
    int ends[2];
    if (wide->own >= 0) return 1;
    if (wide->other >= 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0) return 0;
    wide->own = ends[0];
    wide->other = ends[1];
    return 1;
}
static ErlDrvEvent event(int descriptor) {
    return (ErlDrvEvent)(long)descriptor;
}
static long select_read(Wide* wide, long n) {
    return has_ends(wide) ? driver_select(wide->port, event(wide->own), ERL_DRV_READ | (n ? ERL_DRV_USE : 0), (int)n)
                          : -8;
}
static long select_write(Wide* wide, long n) {
    return has_ends(wide) ? driver_select(wide->port, event(wide->own), ERL_DRV_WRITE | (n ? ERL_DRV_USE : 0), (int)n)
                          : -8;
}
static long select_nothing(Wide* wide, long n) {
    (void)n;
    if (wide->own < 0) return -8;
    int own = wide->own;
    wide->own = -1;
    return driver_select(wide->port, event(own), ERL_DRV_USE, 0);
}
static long make_ready(Wide* wide, long n) {
    if (wide->other < 0) return -8;
    return (long)write(wide->other, digits(), (size_t)(n % 9 + 1));
}
static long close_other(Wide* wide, long n) {
    (void)n;
    if (wide->other < 0) return -8;
    close(wide->other);
    wide->other = wide->own < 0 ? -1 : -2; /* there is no second pair */
    return 0;
}

/* --- other threads, locks, memory, the system ----------------------------------------------------------------------
 */

static void job(void* data) {
    ++*(int*)data;
}
static long async(Wide* wide, long n) {
    int* counted = driver_alloc(sizeof *counted);
    unsigned int key = driver_async_port_key(wide->port);
    *counted = 0;
    driver_async(wide->port, n ? &key : NULL, job, counted, driver_free);
    return 0;
}
static void* thread_main(void* data) {
    Wide* wide = data;
    ErlDrvTermData words[] = {ERL_DRV_ATOM, driver_mk_atom("from_thread"), ERL_DRV_NIL, ERL_DRV_TUPLE, 2};
    static long result;
    ErlDrvTid self = erl_drv_thread_self();
    result = erl_drv_equal_tids(self, self) && erl_drv_thread_name(self) != NULL;
    if (wide->lock) {
        driver_pdl_lock(wide->lock);
        result += 2 * (long)driver_sizeq(wide->port);
        driver_pdl_unlock(wide->lock);
    }
    erl_drv_output_term(driver_mk_port(wide->port), words, sizeof words / sizeof words[0]);
    erl_drv_thread_exit(&result);
    return NULL;
}
static long thread(Wide* wide, long n) {
    ErlDrvTid tid;
    void* result = NULL;
    ErlDrvThreadOpts* options = n ? erl_drv_thread_opts_create("wide") : NULL;
    int created = erl_drv_thread_create("wide", &tid, thread_main, wide, options);
    if (options) erl_drv_thread_opts_destroy(options);
    if (created != 0) return -created;
    erl_drv_thread_join(tid, &result);
    return *(long*)result;
}
static long data_lock(Wide* wide, long n) {
    (void)n;
    if (!wide->lock) {
        wide->lock = driver_pdl_create(wide->port);
        return wide->lock ? driver_pdl_get_refc(wide->lock) : -1;
    }
    long more = driver_pdl_inc_refc(wide->lock);
    driver_pdl_lock(wide->lock);
    driver_pdl_unlock(wide->lock);
    return more * 10 + driver_pdl_dec_refc(wide->lock);
}
static long locks(Wide* wide, long n) {
    (void)wide;
    (void)n;
    ErlDrvMutex* mutex = erl_drv_mutex_create("wide");
    ErlDrvCond* cond = erl_drv_cond_create("wide");
    ErlDrvRWLock* rwlock = erl_drv_rwlock_create("wide");
    ErlDrvTSDKey key;
    long held =
        erl_drv_mutex_name(mutex) != NULL && erl_drv_cond_name(cond) != NULL && erl_drv_rwlock_name(rwlock) != NULL;
    erl_drv_mutex_lock(mutex);
    erl_drv_cond_signal(cond);
    erl_drv_cond_broadcast(cond);
    erl_drv_mutex_unlock(mutex);
    if (erl_drv_mutex_trylock(mutex) == 0) held += 2, erl_drv_mutex_unlock(mutex);
    erl_drv_rwlock_rlock(rwlock);
    if (erl_drv_rwlock_tryrwlock(rwlock) != 0) held += 4;
    erl_drv_rwlock_runlock(rwlock);
    if (erl_drv_rwlock_tryrlock(rwlock) == 0) erl_drv_rwlock_runlock(rwlock);
    erl_drv_rwlock_rwlock(rwlock);
    erl_drv_rwlock_rwunlock(rwlock);
    if (erl_drv_rwlock_tryrwlock(rwlock) == 0) held += 8, erl_drv_rwlock_rwunlock(rwlock);
    if (erl_drv_tsd_key_create("wide", &key) == 0) {
        erl_drv_tsd_set(key, mutex);
        held += 16 * (erl_drv_tsd_get(key) == mutex);
        erl_drv_tsd_set(key, NULL);
        erl_drv_tsd_key_destroy(key);
    }
    erl_drv_rwlock_destroy(rwlock);
    erl_drv_cond_destroy(cond);
    erl_drv_mutex_destroy(mutex);
    return held;
}
static long memory(Wide* wide, long n) {
    (void)wide;
    char* block = driver_alloc(10);
    block = driver_realloc(block, (ErlDrvSizeT)(20 + n));
    block[19] = 1;
    driver_free(block);
    ErlDrvBinary* binary = driver_alloc_binary(10);
    long refcount = driver_binary_inc_refc(binary);
    refcount = refcount * 10 + driver_binary_dec_refc(binary);
    binary = driver_realloc_binary(binary, 20 + n);
    refcount = refcount * 1000 + (long)binary->orig_size;
    driver_free_binary(binary);
    return refcount;
}
static long environment(Wide* wide, long n) {
    char value[32] = "";
    size_t size = sizeof value;
    (void)wide;
    snprintf(value, sizeof value, "%ld", n);
    int put = erl_drv_putenv("WIDE", value);
    return put * 1000 + (erl_drv_getenv("WIDE", value, &size) == 0 ? strtol(value, NULL, 10) : -1);
}
static long library(Wide* wide, long n) {
    (void)wide;
    void* handle = driver_dl_open(n ? "./no_such_library.so" : "libm.so.6");
    if (!handle) return driver_dl_error() != NULL;
    long found = driver_dl_sym(handle, "cos") != NULL;
    driver_dl_close(handle);
    return 2 + found;
}
static ErlDrvEntry entry_of_a_moment = {
    .driver_name = "wide_moment",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};
static long system_facts(Wide* wide, long n) {
    ErlDrvSysInfo facts;
    ErlDrvNowData now;
    driver_system_info(&facts, sizeof facts);
    ErlDrvTime time = erl_drv_monotonic_time(ERL_DRV_MSEC), offset = erl_drv_time_offset(ERL_DRV_SEC);
    long known = facts.driver_major_version * 100 + facts.driver_minor_version;
    known = known * 10 + (driver_get_now(&now) == 0) + 2 * (time != ERL_DRV_TIME_ERROR) + 4 * (offset > 0);
    known = known * 10 + (erl_drv_convert_time_unit(1500, ERL_DRV_MSEC, ERL_DRV_SEC) == 1);
    (void)wide;
    return known * 100 + (long)strlen(erl_errno_id((int)n));
}
static long entries(Wide* wide, long n) {
    (void)wide;
    (void)n;
    null_func();
    add_driver_entry(&entry_of_a_moment);
    return remove_driver_entry(&entry_of_a_moment);
}

static ErlDrvData make(ErlDrvPort port);

static long create(Wide* wide, long n) {
    Wide* another = (Wide*)make(wide->port);
    ErlDrvTermData owner = n ? driver_caller(wide->port) : driver_connected(wide->port);
    another->port = driver_create_port(wide->port, owner, WIDE_NAME " created", (ErlDrvData)another);
    if (another->port != (ErlDrvPort)-1) return 0;
    driver_free(another);
    return -1;
}

/* --- acts ------------------------------------------------------------------------------------------------------------
 */

static const struct {
    char letter;
    long (*act)(Wide*, long);
} ACTS[] = {
    {'T', set_timer},
    {'t', cancel_timer},
    {'r', read_timer},
    {'o', output},
    {'O', output2},
    {'b', output_binary},
    {'v', outputv},
    {'e', output_term},
    {'d', old_output_term},
    {'s', send_term},
    {'S', old_send_term},
    {'x', any_term},
    {'j', who},
    {'f', fail},
    {'a', fail_atom},
    {'p', fail_posix},
    {'E', fail_eof},
    {'X', end},
    {'B', busy},
    {'l', busy_limits},
    {'F', control_flags},
    {'g', port_flags},
    {'P', os_pid},
    {'c', slice},
    {'Z', lock_driver},
    {'k', acknowledge},
    {'q', enq},
    {'Q', pushq},
    {'n', queue_binary},
    {'V', enqv},
    {'W', pushqv},
    {'D', deq},
    {'z', sizeq},
    {'y', peekq},
    {'m', monitor},
    {'u', demonitor},
    {'w', monitored},
    {'i', select_read},
    {'I', select_write},
    {'U', select_nothing},
    {'R', make_ready},
    {'C', close_other},
    {'A', async},
    {'H', thread},
    {'G', data_lock},
    {'L', locks},
    {'M', memory},
    {'h', environment},
    {'Y', library},
    {'N', system_facts},
    {'J', entries},
    {'K', create},
};

static void act_all(Wide* wide, const char* acts, ErlDrvSizeT length, Answer* answer) {
    for (ErlDrvSizeT i = 0; i < length;) {
        char letter = acts[i++];
        long n = 0;
        for (; i < length && acts[i] >= '0' && acts[i] <= '9'; i++) n = n * 10 + (acts[i] - '0');
        for (unsigned k = 0; k < sizeof ACTS / sizeof ACTS[0]; k++) {
            if (ACTS[k].letter != letter) continue;
            long result = ACTS[k].act(wide, n);
            if (answer && answer->used < (int)sizeof answer->text - 32)
                answer->used += snprintf(answer->text + answer->used, 32, "%ld ", result);
        }
    }
}

static void plan_of(Wide* wide, char callback) {
    const char* plan = wide->plans[strchr(planned, callback) - planned];
    act_all(wide, plan, strlen(plan), NULL);
}

/* --- callbacks
 * --------------------------------------------------------------------------------------------------------- */

static ErlDrvData make(ErlDrvPort port) {
    Wide* wide = driver_alloc(sizeof *wide);
    memset(wide, 0, sizeof *wide);
    wide->port = port;
    wide->own = wide->other = -1;
    return (ErlDrvData)wide;
}

static ErlDrvData wide_start(ErlDrvPort port, char* command) {
    const char* text = strchr(command, ' ');
    text = text ? text + 1 : "";
    if (strcmp(text, "general") == 0) return ERL_DRV_ERROR_GENERAL;
    if (strcmp(text, "badarg") == 0) return ERL_DRV_ERROR_BADARG;
    if (strcmp(text, "errno") == 0) {
        errno = EACCES;
        return ERL_DRV_ERROR_ERRNO;
    }
    Wide* wide = (Wide*)make(port);
    act_all(wide, text, strlen(text), NULL);
    return (ErlDrvData)wide;
}

static void wide_stop(ErlDrvData data) {
    Wide* wide = (Wide*)data;
    plan_of(wide, 's');
    if (wide->own >= 0) driver_select(wide->port, event(wide->own), ERL_DRV_USE, 0);
    if (wide->other >= 0) close(wide->other);
    driver_free(wide);
}

static void wide_flush(ErlDrvData data) {
    Wide* wide = (Wide*)data;
    plan_of(wide, 'f');
    if (!wide->plans[strchr(planned, 'f') - planned][0]) driver_deq(wide->port, driver_sizeq(wide->port));
}

#ifdef WIDE_OUTPUTV
/* "[5 70b]" is how a command came: the length of each piece, and b for one in a binary. */
static void wide_outputv(ErlDrvData data, ErlIOVec* vector) {
    Wide* wide = (Wide*)data;
    char bytes[64], text[200] = "[";
    int used = 1;
    ErlDrvSizeT length = driver_vec_to_buf(vector, bytes, sizeof bytes);
    if (length > 0 && bytes[0] == '!') {
        act_all(wide, bytes + 1, length - 1, NULL);
        return;
    }
    for (int i = 0; i < vector->vsize && used < (int)sizeof text - 32; i++)
        used += snprintf(text + used, 32, "%s%lu%s", i ? " " : "", (unsigned long)vector->iov[i].iov_len,
                         vector->binv[i] ? "b" : "");
    text[used++] = ']';
    driver_outputv(wide->port, text, (ErlDrvSizeT)used, vector, 0);
}
#else
static void wide_output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    Wide* wide = (Wide*)data;
    if (len > 0 && buf[0] == '!')
        act_all(wide, buf + 1, len - 1, NULL);
    else
        driver_output(wide->port, buf, len);
}
#endif

static void wide_timeout(ErlDrvData data) {
    Wide* wide = (Wide*)data;
    OUT(wide, TAGGED(wide, "timeout", ERL_DRV_TUPLE, 2));
    plan_of(wide, 't');
}

static void wide_ready_input(ErlDrvData data, ErlDrvEvent selected) {
    Wide* wide = (Wide*)data;
    char bytes[64];
    long length = (long)read((int)(long)selected, bytes, sizeof bytes);
    if (length <= 0) driver_select(wide->port, selected, ERL_DRV_READ, 0);
    OUT(wide,
        TAGGED(wide, "input", ERL_DRV_STRING, T(bytes), (ErlDrvTermData)(length > 0 ? length : 0), ERL_DRV_TUPLE, 3));
    plan_of(wide, 'i');
}

static void wide_ready_output(ErlDrvData data, ErlDrvEvent selected) {
    Wide* wide = (Wide*)data;
    driver_select(wide->port, selected, ERL_DRV_WRITE, 0);
    OUT(wide, TAGGED(wide, "output", ERL_DRV_TUPLE, 2));
    plan_of(wide, 'o');
}

static void wide_stop_select(ErlDrvEvent selected, void* reserved) {
    (void)reserved;
    close((int)(long)selected);
}

static void wide_ready_async(ErlDrvData data, ErlDrvThreadData done) {
    Wide* wide = (Wide*)data;
    OUT(wide, TAGGED(wide, "job", ERL_DRV_INT, T(*(int*)done), ERL_DRV_TUPLE, 3));
    driver_free(done);
    plan_of(wide, 'a');
}

static void wide_process_exit(ErlDrvData data, ErlDrvMonitor* monitor) {
    Wide* wide = (Wide*)data;
    int index = 0;
    while (index < wide->monitor_count && driver_compare_monitors(monitor, &wide->monitors[index]) != 0) index++;
    OUT(wide, TAGGED(wide, "gone", ERL_DRV_INT, T(index), ERL_DRV_PID,
                     driver_get_monitored_process(wide->port, monitor), ERL_DRV_TUPLE, 4));
    plan_of(wide, 'p');
}

static void wide_emergency_close(ErlDrvData data) {
    (void)data;
}

static int wide_init(void) {
    return 0;
}

static void wide_finish(void) {}

static ErlDrvSSizeT wide_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                 ErlDrvSizeT rlen) {
    Wide* wide = (Wide*)data;
    Answer answer = {.used = 0};
    const char* callback;
    switch (command) {
    case DO:
        act_all(wide, buf, len, &answer);
        answer.text[answer.used] = 0;
        if ((ErlDrvSizeT)answer.used > rlen) return -1;
        return reply(rbuf, rlen, "%s", answer.text);
    case PLAN:
        callback = len > 0 ? strchr(planned, buf[0]) : NULL;
        if (!callback || !*callback || len > LONGEST_PLAN) return -1;
        memcpy(wide->plans[callback - planned], buf + 1, len - 1);
        wide->plans[callback - planned][len - 1] = 0;
        return 0;
    case VERSION_OF:
        return reply(rbuf, rlen, "v%d", VERSION);
    default:
        return -1;
    }
}

static ErlDrvSSizeT wide_call(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                              ErlDrvSizeT rlen, unsigned int* flags) {
    Wide* wide = (Wide*)data;
    (void)flags;
    switch (command) {
    case ECHO_TERM:
        if (len > rlen) *rbuf = driver_alloc(len);
        break;
    case ECHO_ALLOCATED:
        *rbuf = driver_alloc(len);
        break;
    case NO_TERM:
        (*rbuf)[0] = (char)131;
        (*rbuf)[1] = 'x';
        return 2;
    case SEND_BYTES:
        driver_output(wide->port, buf, len);
        if (len > rlen) *rbuf = driver_alloc(len);
        break;
    default:
        return -1;
    }
    memcpy(*rbuf, buf, len);
    return (ErlDrvSSizeT)len;
}

static ErlDrvEntry entry = {
    .init = wide_init,
    .start = wide_start,
    .stop = wide_stop,
#ifdef WIDE_OUTPUTV
    .outputv = wide_outputv,
#else
    .output = wide_output,
#endif
    .ready_input = wide_ready_input,
    .ready_output = wide_ready_output,
    .driver_name = WIDE_NAME,
    .finish = wide_finish,
    .control = wide_control,
    .timeout = wide_timeout,
    .ready_async = wide_ready_async,
    .flush = wide_flush,
    .call = wide_call,
    .process_exit = wide_process_exit,
    .stop_select = wide_stop_select,
    .emergency_close = wide_emergency_close,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
    .driver_flags = WIDE_FLAGS,
};

DRIVER_INIT(wide) {
    return &entry;
}
