/* control and call speak external terms, decoded and encoded by ei; what is no term is refused.
 * needs: erlang-dev
 * flags: -L/usr/lib/erlang/usr/lib -lei */
#include "ordinary.h"

#include <ei.h>

/* The sum of a list of integers, or -1. */
static long sum_of(const char* term) {
    int at = 0, version = 0, arity = 0;
    long sum = 0, one = 0;
    if (ei_decode_version(term, &at, &version) || ei_decode_list_header(term, &at, &arity)) return -1;
    for (int i = 0; i < arity; i++) {
        if (ei_decode_long(term, &at, &one)) return -1;
        sum += one;
    }
    return sum;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    ei_x_buff out;
    ErlDrvSSizeT length;
    char* term = driver_alloc(len + 16);
    (void)data;
    memcpy(term, buf, len);
    memset(term + len, 106, 16); /* ei trusts what it reads: behind the end there are empty lists */
    ei_x_new_with_version(&out);
    ei_x_encode_tuple_header(&out, 2);
    ei_x_encode_atom(&out, command == 0 ? "sum" : "other");
    ei_x_encode_long(&out, len > 0 ? sum_of(term) : 0);
    length = answer(rbuf, rlen, out.buff, (size_t)out.index);
    ei_x_free(&out);
    driver_free(term);
    return length;
}
static ErlDrvSSizeT call(CALL_ARGUMENTS) {
    int at = 0, version = 0, type = 0, size = 0;
    ei_x_buff out;
    ErlDrvSSizeT length;
    (void)data, (void)len, (void)flags;
    if (ei_decode_version(buf, &at, &version) || ei_get_type(buf, &at, &type, &size))
        return (ErlDrvSSizeT)ERL_DRV_ERROR_BADARG;
    ei_x_new_with_version(&out);
    ei_x_format_wo_ver(&out, "{type, ~i, size, ~i, command, ~u}", type, size, command);
    length = answer(rbuf, rlen, out.buff, (size_t)out.index);
    ei_x_free(&out);
    return length;
}

DRIVER(.start = keep_port, .control = control, .call = call)
