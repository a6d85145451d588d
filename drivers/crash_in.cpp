/* crash_in: dies where and how it is told to. The open text is "crash_in CALLBACK WAY":
 *
 *   CALLBACK  start stop output control call timeout flush ready_async async_invoke async_free finish
 *   WAY       segv null abort exit throw loop memory stack divide trap
 *
 *   port_control(P, 1, [])  set a timer of 10 ms      port_control(P, 2, [])  queue an async job
 *   port_control(P, 3, [])  put a byte in the queue   port_control(P, 0, [])  nothing
 *
 * The define CRASH_AT=1, 2, 3, 4 makes a library that dies in its constructors, driver_init, init or destructors. */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <erl_driver.h>
#include <stdexcept>

namespace {

enum Place { in_constructor = 1, in_driver_init = 2, in_init = 3, in_destructor = 4 };
#ifndef CRASH_AT
#define CRASH_AT 0
#endif

struct Port {
    ErlDrvPort port;
    char callback[32];
    char way[32];
};

char finish_way[32];

__attribute__((noinline)) int overflow_stack(volatile char* previous) {
    volatile char frame[4096];
    frame[0] = previous ? previous[0] : 1;
    return overflow_stack(frame) + frame[0];
}

__attribute__((noinline)) void write_to(volatile int* address) {
    *address = 1;
}

__attribute__((noinline)) int divide(volatile int* by) {
    static volatile int numerator = 7; /* a constant would let the compiler do without dividing */
    volatile int quotient = numerator / *by;
    return quotient;
}

__attribute__((noinline)) void die(const char* way) {
    volatile int zero = 0;
    if (strcmp(way, "segv") == 0) {
        write_to(reinterpret_cast<volatile int*>(8));
    } else if (strcmp(way, "null") == 0) {
        void (*volatile nowhere)() = nullptr;
        nowhere();
    } else if (strcmp(way, "abort") == 0) {
        abort();
    } else if (strcmp(way, "exit") == 0) {
        exit(3);
    } else if (strcmp(way, "throw") == 0) {
        throw std::runtime_error("thrown by crash_in");
    } else if (strcmp(way, "loop") == 0) {
        for (volatile unsigned turns = 0;; turns = turns + 1) {
        }
    } else if (strcmp(way, "memory") == 0) {
        constexpr size_t piece = 4u << 20;
        for (;;) memset(driver_alloc(piece), 1, piece);
    } else if (strcmp(way, "stack") == 0) {
        zero = overflow_stack(nullptr);
    } else if (strcmp(way, "divide") == 0) {
        divide(&zero);
    } else if (strcmp(way, "trap") == 0) {
        __builtin_trap();
    }
}

void maybe_die(const Port* port, const char* callback) {
    if (strcmp(port->callback, callback) == 0) die(port->way);
}

ErlDrvData crash_start(ErlDrvPort handle, char* command) {
    auto* port = static_cast<Port*>(driver_alloc(sizeof(Port)));
    port->port = handle;
    port->callback[0] = port->way[0] = 0;
    sscanf(command, "%*s %31s %31s", port->callback, port->way);
    if (strcmp(port->callback, "finish") == 0) strcpy(finish_way, port->way);
    maybe_die(port, "start");
    return reinterpret_cast<ErlDrvData>(port);
}

void crash_stop(ErlDrvData data) {
    auto* port = reinterpret_cast<Port*>(data);
    maybe_die(port, "stop");
    driver_free(port);
}

void crash_output(ErlDrvData data, char*, ErlDrvSizeT) {
    maybe_die(reinterpret_cast<Port*>(data), "output");
}

void job_run(void* data) {
    maybe_die(static_cast<Port*>(data), "async_invoke");
}

void job_free(void* data) {
    maybe_die(static_cast<Port*>(data), "async_free");
    driver_free(data);
}

ErlDrvSSizeT crash_control(ErlDrvData data, unsigned int command, char*, ErlDrvSizeT, char**, ErlDrvSizeT) {
    auto* port = reinterpret_cast<Port*>(data);
    maybe_die(port, "control");
    if (command == 1) {
        driver_set_timer(port->port, 10);
    } else if (command == 2) {
        void* job = driver_alloc(sizeof(Port));
        memcpy(job, port, sizeof(Port));
        driver_async(port->port, nullptr, job_run, job, job_free);
    } else if (command == 3) {
        char byte = 'q';
        driver_enq(port->port, &byte, 1);
    }
    return 0;
}

ErlDrvSSizeT crash_call(ErlDrvData data, unsigned int, char* buf, ErlDrvSizeT len, char** rbuf, ErlDrvSizeT rlen,
                        unsigned int*) {
    maybe_die(reinterpret_cast<Port*>(data), "call");
    if (len > rlen) return -1;
    memcpy(*rbuf, buf, len);
    return static_cast<ErlDrvSSizeT>(len);
}

void crash_timeout(ErlDrvData data) {
    maybe_die(reinterpret_cast<Port*>(data), "timeout");
}

void crash_flush(ErlDrvData data) {
    auto* port = reinterpret_cast<Port*>(data);
    maybe_die(port, "flush");
    driver_deq(port->port, driver_sizeq(port->port));
}

void crash_ready_async(ErlDrvData data, ErlDrvThreadData job) {
    maybe_die(reinterpret_cast<Port*>(data), "ready_async");
    driver_free(job);
}

int crash_init() {
    if (CRASH_AT == in_init) die("segv");
    return 0;
}

void crash_finish() {
    die(finish_way);
}

ErlDrvEntry make_entry() {
    ErlDrvEntry entry = {};
    entry.init = crash_init;
    entry.start = crash_start;
    entry.stop = crash_stop;
    entry.output = crash_output;
    entry.driver_name = const_cast<char*>("crash_in");
    entry.finish = crash_finish;
    entry.control = crash_control;
    entry.timeout = crash_timeout;
    entry.ready_async = crash_ready_async;
    entry.flush = crash_flush;
    entry.call = crash_call;
    entry.extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);
    entry.major_version = ERL_DRV_EXTENDED_MAJOR_VERSION;
    entry.minor_version = ERL_DRV_EXTENDED_MINOR_VERSION;
    return entry;
}

ErlDrvEntry entry = make_entry();

#if CRASH_AT == 1
__attribute__((constructor)) void constructed() {
    die("segv");
}
#elif CRASH_AT == 4
__attribute__((destructor)) void destroyed() {
    die("segv");
}
#endif

} // namespace

extern "C" {
DRIVER_INIT(crash_in) {
    if (CRASH_AT == in_driver_init) die("segv");
    return &entry;
}
}
