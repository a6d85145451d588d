/* sysinfo: what the system tells a driver, and what its functions say to an invalid port. Each answer is a line of
 * results.
 *
 *   1 versions: "major minor nif_major nif_minor threads smp"     2 getenv of KEY: "result value size"
 *   3 putenv then getenv        4 getenv with a buffer of N bytes: "found|short|missing size"
 *   5 convert_time_unit cases   6 erl_errno_id of Number           7 busy message queue limits, a sequence of five
 *   8 output and timers on an invalid port      9 the queue on it     10 terms, failures and the rest on it
 *  11 monotonic time and its offset: usable or not, wrong unit      12 set_os_pid(4711) -> []
 *  13 releases: "otp erts" */
#include "reply.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static ErlDrvData sysinfo_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static ErlDrvSSizeT versions(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvSysInfo info;
    driver_system_info(&info, sizeof info);
    return reply(rbuf, rlen, "%d %d %d %d %d %d", info.driver_major_version, info.driver_minor_version,
                 info.nif_major_version, info.nif_minor_version, info.thread_support, info.smp_support);
}

static ErlDrvSSizeT releases(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvSysInfo info;
    driver_system_info(&info, sizeof info);
    return reply(rbuf, rlen, "%s %s", info.otp_release, info.erts_version);
}

static ErlDrvSSizeT environment(char* key, size_t size, char** rbuf, ErlDrvSizeT rlen) {
    char value[64] = "";
    int result = erl_drv_getenv(key, value, &size);
    if (result == 0) return reply(rbuf, rlen, "found %s %lu", value, (unsigned long)size);
    return reply(rbuf, rlen, "%s", result > 0 ? "short" : "missing");
}

static ErlDrvSSizeT time_units(char** rbuf, ErlDrvSizeT rlen) {
    long down = erl_drv_convert_time_unit(-1500, ERL_DRV_MSEC, ERL_DRV_SEC);
    long up = erl_drv_convert_time_unit(2, ERL_DRV_SEC, ERL_DRV_NSEC);
    int wrong = erl_drv_convert_time_unit(1, (ErlDrvTimeUnit)7, ERL_DRV_SEC) == ERL_DRV_TIME_ERROR;
    return reply(rbuf, rlen, "%ld %ld %s", down, up, wrong ? "error" : "number");
}

static ErlDrvSSizeT message_queue_limits(ErlDrvPort port, char** rbuf, ErlDrvSizeT rlen) {
    const long settings[][2] = {{0, 0}, {100, 50}, {500, 0}, {0, 100}, {-1, 0}, {0, 0}};
    char text[256] = "";
    int used = 0;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        ErlDrvSizeT low = (ErlDrvSizeT)settings[i][0], high = (ErlDrvSizeT)settings[i][1];
        erl_drv_busy_msgq_limits(port, &low, &high);
        used += snprintf(text + used, sizeof text - used, "%s%ld,%ld", i ? " " : "", (long)low, (long)high);
    }
    return reply(rbuf, rlen, "%s", text);
}

static ErlDrvSSizeT bad_output(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvPort bad = (ErlDrvPort)-1;
    ErlDrvBinary* binary = driver_alloc_binary(4);
    SysIOVec piece = {"abc", 3};
    ErlDrvBinary* none = NULL;
    ErlIOVec vector = {.vsize = 1, .size = 3, .iov = &piece, .binv = &none};
    unsigned long left = 0;
    ErlDrvSSizeT length =
        reply(rbuf, rlen, "%d %d %d %d %d %d %d %d", driver_output(bad, "x", 1), driver_output2(bad, "h", 1, "x", 1),
              driver_output_binary(bad, NULL, 0, binary, 0, 4), driver_outputv(bad, NULL, 0, &vector, 0),
              driver_set_timer(bad, 1), driver_cancel_timer(bad), driver_read_timer(bad, &left),
              driver_select(bad, (ErlDrvEvent)0, ERL_DRV_READ, 1));
    driver_free_binary(binary);
    return length;
}

static ErlDrvSSizeT bad_queue(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvPort bad = (ErlDrvPort)-1;
    ErlDrvBinary* binary = driver_alloc_binary(4);
    ErlIOVec vector = {0};
    int pieces = 5;
    const char* peeked = driver_peekq(bad, &pieces) ? "vector" : "null";
    ErlDrvSSizeT length =
        reply(rbuf, rlen, "%d %d %d %d %ld %ld %s %ld", driver_enq(bad, "x", 1), driver_pushq(bad, "x", 1),
              driver_enq_bin(bad, binary, 0, 4), driver_pushq_bin(bad, binary, 0, 4), (long)driver_deq(bad, 1),
              (long)driver_sizeq(bad), peeked, (long)driver_peekqv(bad, &vector));
    driver_free_binary(binary);
    return length;
}

static const char* nil_or_term(ErlDrvTermData term) {
    return term == driver_term_nil ? "nil" : "term";
}

static ErlDrvSSizeT bad_rest(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvPort bad = (ErlDrvPort)-1;
    set_busy_port(bad, 1);
    set_port_control_flags(bad, PORT_CONTROL_FLAG_BINARY);
    return reply(rbuf, rlen, "%s %s %s %d %d %d %d %d %d %d %d %s", nil_or_term(driver_mk_port(bad)),
                 nil_or_term(driver_connected(bad)), nil_or_term(driver_caller(bad)), driver_failure(bad, 1),
                 driver_failure_atom(bad, "a"), driver_failure_posix(bad, 1), driver_failure_eof(bad),
                 driver_exit(bad, 1), driver_lock_driver(bad), get_port_flags(bad), erl_drv_consume_timeslice(bad, 1),
                 driver_pdl_create(bad) ? "lock" : "null");
}

static ErlDrvSSizeT clocks(char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvTime now = erl_drv_monotonic_time(ERL_DRV_NSEC);
    ErlDrvTime offset = erl_drv_time_offset(ERL_DRV_NSEC);
    ErlDrvTime wrong = erl_drv_monotonic_time((ErlDrvTimeUnit)7);
    return reply(rbuf, rlen, "%s %s %s", now == ERL_DRV_TIME_ERROR ? "error" : "time",
                 offset == ERL_DRV_TIME_ERROR ? "error" : "time", wrong == ERL_DRV_TIME_ERROR ? "error" : "time");
}

static ErlDrvSSizeT sysinfo_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    char text[32] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    switch (command) {
    case 1:
        return versions(rbuf, rlen);
    case 2:
        return environment(text, 64, rbuf, rlen);
    case 3:
        erl_drv_putenv("SYSINFO_KEY", "12345678");
        return environment("SYSINFO_KEY", 64, rbuf, rlen);
    case 4:
        return environment("SYSINFO_KEY", strtoul(text, NULL, 10), rbuf, rlen);
    case 5:
        return time_units(rbuf, rlen);
    case 6:
        return reply(rbuf, rlen, "%s", erl_errno_id(atoi(text)));
    case 7:
        return message_queue_limits(port, rbuf, rlen);
    case 8:
        return bad_output(rbuf, rlen);
    case 9:
        return bad_queue(rbuf, rlen);
    case 10:
        return bad_rest(rbuf, rlen);
    case 11:
        return clocks(rbuf, rlen);
    case 12:
        erl_drv_set_os_pid(port, 4711);
        return 0;
    case 13:
        return releases(rbuf, rlen);
    default:
        return -1;
    }
}

static ErlDrvEntry entry = {
    .start = sysinfo_start,
    .driver_name = "sysinfo",
    .control = sysinfo_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(sysinfo) {
    return &entry;
}
