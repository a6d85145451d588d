/* outputs: every way to send data to the owner. "outputs hello" sends "hello" from start, "outputs fail" does so and
 * fails.
 *
 *   1 driver_output(NULL, 0)    2 driver_output("", 0)      3 output2 "HDR" + "body"    4 output2 "HDR" + NULL
 *   5 output_binary of the N bytes told -> refcount after   6 output_binary "HD" + 0 bytes
 *   7 outputv of "nn", 70 bytes, "222", skipping the bytes told      8 the same after the header "H"
 *   9 driver_output of the data told   10 output_binary of it        11 failure_eof -> result   12 failure(0) -> result
 *  13 get_port_flags -> number        14 what get_port_flags was in start
 *
 * Where no answer is named the result of the function is the answer. */
#include "reply.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
    ErlDrvPort port;
    int flags_in_start;
} Outputs;

static ErlDrvData outputs_start(ErlDrvPort port, char* command) {
    Outputs* outputs = driver_alloc(sizeof *outputs);
    outputs->port = port;
    outputs->flags_in_start = get_port_flags(port);
    if (strstr(command, " hello")) driver_output(port, "hello", 5);
    if (strstr(command, " fail")) {
        driver_output(port, "hello", 5);
        driver_free(outputs);
        return ERL_DRV_ERROR_GENERAL;
    }
    return (ErlDrvData)outputs;
}

static void outputs_stop(ErlDrvData data) {
    driver_free(data);
}

static ErlDrvSizeT number(const char* buf, ErlDrvSizeT len) {
    char text[16] = "";
    memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
    return strtoul(text, NULL, 10);
}

static int send_binary(ErlDrvPort port, char* header, ErlDrvSizeT header_length, ErlDrvSizeT length, long* refcount) {
    ErlDrvBinary* binary = driver_alloc_binary(100);
    memset(binary->orig_bytes, 'b', 100);
    int result = driver_output_binary(port, header, header_length, binary, 0, length);
    *refcount = driver_binary_get_refc(binary);
    driver_free_binary(binary);
    return result;
}

static int send_vector(ErlDrvPort port, char* header, ErlDrvSizeT skip) {
    ErlDrvBinary* binary = driver_alloc_binary(70);
    memset(binary->orig_bytes, '1', 70);
    SysIOVec pieces[] = {{"nn", 2}, {binary->orig_bytes, 70}, {"222", 3}};
    ErlDrvBinary* binaries[] = {NULL, binary, NULL};
    ErlIOVec vector = {.vsize = 3, .size = 75, .iov = pieces, .binv = binaries};
    int result = driver_outputv(port, header, header ? strlen(header) : 0, &vector, skip);
    driver_free_binary(binary);
    return result;
}

static ErlDrvSSizeT outputs_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                    ErlDrvSizeT rlen) {
    Outputs* outputs = (Outputs*)data;
    ErlDrvPort port = outputs->port;
    int result = -9;
    long refcount = 0;
    switch (command) {
    case 1:
        result = driver_output(port, NULL, 0);
        break;
    case 2:
        result = driver_output(port, "", 0);
        break;
    case 3:
        result = driver_output2(port, "HDR", 3, "body", 4);
        break;
    case 4:
        result = driver_output2(port, "HDR", 3, NULL, 0);
        break;
    case 5:
        send_binary(port, NULL, 0, number(buf, len), &refcount);
        return reply(rbuf, rlen, "%ld", refcount);
    case 6:
        result = send_binary(port, "HD", 2, 0, &refcount);
        break;
    case 7:
        result = send_vector(port, NULL, number(buf, len));
        break;
    case 8:
        result = send_vector(port, "H", number(buf, len));
        break;
    case 9:
        result = driver_output(port, buf, len);
        break;
    case 10: {
        ErlDrvBinary* binary = driver_alloc_binary(len);
        memcpy(binary->orig_bytes, buf, len);
        result = driver_output_binary(port, NULL, 0, binary, 0, len);
        driver_free_binary(binary);
        break;
    }
    case 11:
        result = driver_failure_eof(port);
        break;
    case 12:
        result = driver_failure(port, 0);
        break;
    case 13:
        result = get_port_flags(port);
        break;
    case 14:
        result = outputs->flags_in_start;
        break;
    default:
        return -1;
    }
    return reply(rbuf, rlen, "%d", result);
}

static ErlDrvEntry entry = {
    .start = outputs_start,
    .stop = outputs_stop,
    .driver_name = "outputs",
    .control = outputs_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(outputs) {
    return &entry;
}
