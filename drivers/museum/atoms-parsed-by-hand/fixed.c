/* Reads the argument of call by hand, and knows both encodings of atoms. */
#include "exhibit.h"

enum { VERSION = 131, ATOM_EXT = 100, SMALL_ATOM_UTF8_EXT = 119, SMALL_INTEGER_EXT = 97 };

/* The length of an atom, as a small integer. */
static ErlDrvSSizeT call(CALL_ARGUMENTS) {
    const unsigned char* in = (const unsigned char*)buf;
    if (len < 4 || in[0] != VERSION || (in[1] != ATOM_EXT && in[1] != SMALL_ATOM_UTF8_EXT)) return -1;
    (*rbuf)[0] = (char)VERSION;
    (*rbuf)[1] = SMALL_INTEGER_EXT;
    (*rbuf)[2] = (char)(in[1] == ATOM_EXT ? in[3] : in[2]);
    return 3;
}

EXHIBIT(.start = keep_port, .call = call)
