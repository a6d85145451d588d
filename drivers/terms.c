/* terms: builds a term by each kind of specification and sends it to the owner. port_control answers with what
 * erl_drv_output_term returned; the numbers are the rows of the table in this file. Further commands:
 *
 *   100 the same term by driver_output_term    101 by driver_send_term and 102 by erl_drv_send_term to the caller
 *   103 to an atom, 104 to nil                 105 with an invalid port      106 an atom made of the bytes told
 *   107 binaries: "whole part null outside refcount"      108 an atom of 300 characters      109 is nil nil
 *   110 maps of 40 keys: all different, then all equal      111 by erl_drv_send_term to the owner */
#include "reply.h"
#include <math.h>
#include <string.h>

#define T(x) ((ErlDrvTermData)(x))

static ErlDrvData terms_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static int send_words(ErlDrvPort port, const ErlDrvTermData* words, int count) {
    return erl_drv_output_term(driver_mk_port(port), (ErlDrvTermData*)words, count);
}

#define SEND(...)                                                                                                      \
    do {                                                                                                               \
        const ErlDrvTermData words[] = {__VA_ARGS__};                                                                  \
        return send_words(port, words, (int)(sizeof words / sizeof words[0]));                                         \
    } while (0)

static int scalars(ErlDrvPort port) {
    static double half = 0.5;
    static ErlDrvSInt64 small = -5;
    static ErlDrvUInt64 large = 18446744073709551615ull;
    SEND(ERL_DRV_NIL, ERL_DRV_ATOM, driver_mk_atom("atom"), ERL_DRV_INT, T(-7), ERL_DRV_UINT, T(7), ERL_DRV_PORT,
         driver_mk_port(port), ERL_DRV_PID, driver_connected(port), ERL_DRV_STRING, T("text"), 4, ERL_DRV_FLOAT,
         T(&half), ERL_DRV_INT64, T(&small), ERL_DRV_UINT64, T(&large), ERL_DRV_BUF2BINARY, T("bytes"), 5,
         ERL_DRV_TUPLE, 11);
}

/* One specification for each number; the comment is what it should give. */
static int build(ErlDrvPort port, unsigned int command) {
    static double infinite;
    infinite = INFINITY;
    ErlDrvTermData atom = driver_mk_atom("a"), pid = driver_connected(port);
    switch (command) {
    case 1: /* a tuple of all that is flat */
        return scalars(port);
    case 2: /* [1,2] */
        SEND(ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_NIL, ERL_DRV_LIST, 3);
    case 3: /* [1|2] */
        SEND(ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_LIST, 2);
    case 4: /* "xyabc" */
        SEND(ERL_DRV_NIL, ERL_DRV_STRING_CONS, T("abc"), 3, ERL_DRV_STRING_CONS, T("xy"), 2);
    case 5: /* no tail there */
        SEND(ERL_DRV_STRING_CONS, T("abc"), 3);
    case 6: /* a list of nothing */
        SEND(ERL_DRV_LIST, 0);
    case 7: /* {} */
        SEND(ERL_DRV_TUPLE, 0);
    case 8: /* #{} */
        SEND(ERL_DRV_MAP, 0);
    case 9: /* two terms left */
        SEND(ERL_DRV_INT, 1, ERL_DRV_INT, 2);
    case 10: /* no term */
        return send_words(port, &atom, 0);
    case 11: /* no argument */
        SEND(ERL_DRV_INT);
    case 12: /* tag 0 */
        SEND(0);
    case 13: /* tag 99 */
        SEND(99);
    case 14: /* not a number */
        SEND(ERL_DRV_FLOAT, T(&infinite));
    case 15: /* <<>> */
        SEND(ERL_DRV_BUF2BINARY, 0, 0);
    case 16: /* one byte of nothing */
        SEND(ERL_DRV_BUF2BINARY, 0, 1);
    case 17: /* twice the same key */
        SEND(ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_INT, 1, ERL_DRV_INT, 3, ERL_DRV_MAP, 2);
    case 18: /* #{1 => 2, a => b} */
        SEND(ERL_DRV_INT, 1, ERL_DRV_INT, 2, ERL_DRV_ATOM, atom, ERL_DRV_ATOM, driver_mk_atom("b"), ERL_DRV_MAP, 2);
    case 19: /* a pid for an atom */
        SEND(ERL_DRV_ATOM, pid);
    case 20: /* an atom for a pid */
        SEND(ERL_DRV_PID, atom);
    case 21: /* a pid for a port */
        SEND(ERL_DRV_PORT, pid);
    case 22: /* nil for an atom */
        SEND(ERL_DRV_ATOM, driver_term_nil);
    case 23: /* a string at no address */
        SEND(ERL_DRV_STRING, 0, 0);
    case 24: /* [] */
        SEND(ERL_DRV_STRING, T(""), 0);
    case 25: /* [255,128] */
        SEND(ERL_DRV_STRING, T("\377\200"), 2);
    case 26: /* {a,1} in external format, cut off */
        SEND(ERL_DRV_EXT2TERM, T("\203h\2d\0\1aa\1"), 7);
    case 27: /* {a,1} with bytes behind it */
        SEND(ERL_DRV_EXT2TERM, T("\203h\2d\0\1aa\1xyz"), 12);
    case 28: /* a tuple of more than there is */
        SEND(ERL_DRV_INT, 1, ERL_DRV_TUPLE, 2);
    case 29: /* {ok,[{P,"nested"},#{k => <<"v">>}]} */
        SEND(ERL_DRV_ATOM, driver_mk_atom("ok"), ERL_DRV_PORT, driver_mk_port(port), ERL_DRV_STRING, T("nested"), 6,
             ERL_DRV_TUPLE, 2, ERL_DRV_ATOM, driver_mk_atom("k"), ERL_DRV_BUF2BINARY, T("v"), 1, ERL_DRV_MAP, 1,
             ERL_DRV_NIL, ERL_DRV_LIST, 3, ERL_DRV_TUPLE, 2);
    default:
        return -9;
    }
}

static int sent_otherwise(ErlDrvPort port, unsigned int command) {
    ErlDrvTermData words[] = {ERL_DRV_ATOM, driver_mk_atom("hello"), ERL_DRV_INT, command, ERL_DRV_TUPLE, 2};
    int count = sizeof words / sizeof words[0];
    ErlDrvTermData self = driver_mk_port(port), caller = driver_caller(port);
    switch (command) {
    case 100:
        return driver_output_term(port, words, count);
    case 101:
        return driver_send_term(port, caller, words, count);
    case 102:
        return erl_drv_send_term(self, caller, words, count);
    case 111:
        return erl_drv_send_term(self, driver_connected(port), words, count);
    case 103:
        return erl_drv_send_term(self, driver_mk_atom("nobody"), words, count);
    case 104:
        return erl_drv_send_term(self, driver_term_nil, words, count);
    default:
        return erl_drv_output_term(driver_term_nil, words, count);
    }
}

static int atom_of(ErlDrvPort port, const char* text) {
    SEND(ERL_DRV_ATOM, driver_mk_atom((char*)text));
}

static int binary_part(ErlDrvPort port, ErlDrvBinary* binary, ErlDrvUInt size, ErlDrvUInt offset) {
    SEND(ERL_DRV_BINARY, T(binary), size, offset);
}

static ErlDrvSSizeT binaries(ErlDrvPort port, char** rbuf, ErlDrvSizeT rlen) {
    ErlDrvBinary* binary = driver_alloc_binary(100);
    memset(binary->orig_bytes, 'b', 100);
    int small = binary_part(port, binary, 10, 0);
    long after_small = driver_binary_get_refc(binary);
    int part = binary_part(port, binary, 80, 10);
    long after_part = driver_binary_get_refc(binary);
    int outside = binary_part(port, binary, 80, 30);
    int none = binary_part(port, NULL, 0, 0);
    driver_free_binary(binary);
    return reply(rbuf, rlen, "%d %ld %d %ld %d %d", small, after_small, part, after_part, outside, none);
}

static int map_of(ErlDrvPort port, int all_equal) {
    enum { KEYS = 40 };
    ErlDrvTermData words[KEYS * 4 + 2];
    int count = 0;
    for (int key = 0; key < KEYS; key++) {
        words[count++] = ERL_DRV_INT;
        words[count++] = all_equal ? 1 : key;
        words[count++] = ERL_DRV_INT;
        words[count++] = key * key;
    }
    words[count++] = ERL_DRV_MAP;
    words[count++] = KEYS;
    return send_words(port, words, count);
}

static ErlDrvSSizeT terms_control(ErlDrvData data, unsigned int command, char* buf, ErlDrvSizeT len, char** rbuf,
                                  ErlDrvSizeT rlen) {
    ErlDrvPort port = (ErlDrvPort)data;
    char text[301] = "";
    if (command < 100) return reply(rbuf, rlen, "%d", build(port, command));
    switch (command) {
    case 106:
        memcpy(text, buf, len < sizeof text ? len : sizeof text - 1);
        return reply(rbuf, rlen, "%d", atom_of(port, text));
    case 107:
        return binaries(port, rbuf, rlen);
    case 108:
        memset(text, 'a', 300);
        return reply(rbuf, rlen, "%d", atom_of(port, text));
    case 109:
        return reply(rbuf, rlen, "%d", driver_mk_term_nil() == driver_term_nil);
    case 110:
        return reply(rbuf, rlen, "%d %d", map_of(port, 0), map_of(port, 1));
    default:
        return reply(rbuf, rlen, "%d", sent_otherwise(port, command));
    }
}

static ErlDrvEntry entry = {
    .start = terms_start,
    .driver_name = "terms",
    .control = terms_control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(terms) {
    return &entry;
}
