/* Reads the argument of call by hand, and knows atoms as ATOM_EXT only: since OTP 26 no call is understood. */
#include "exhibit.h"

enum { VERSION = 131, ATOM_EXT = 100, SMALL_INTEGER_EXT = 97 };

/* The length of an atom, as a small integer. */
static ErlDrvSSizeT call(CALL_ARGUMENTS) {
    const unsigned char* in = (const unsigned char*)buf;
    if (len < 4 || in[0] != VERSION || in[1] != ATOM_EXT) return -1;
    (*rbuf)[0] = (char)VERSION;
    (*rbuf)[1] = SMALL_INTEGER_EXT;
    (*rbuf)[2] = (char)in[3];
    return 3;
}

EXHIBIT(.start = keep_port, .call = call)
