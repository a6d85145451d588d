/* Packs and unpacks with msgpack.
 * needs: libmsgpack-dev
 * flags: -lmsgpackc */
#include "ordinary.h"

#include <msgpack.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    msgpack_sbuffer bytes;
    msgpack_packer packer;
    msgpack_unpacked result;
    size_t at = 0;
    ErlDrvSSizeT length;
    (void)data;
    msgpack_sbuffer_init(&bytes);
    msgpack_packer_init(&packer, &bytes, msgpack_sbuffer_write);
    msgpack_pack_array(&packer, 2);
    msgpack_pack_uint32(&packer, command);
    msgpack_pack_bin(&packer, len);
    msgpack_pack_bin_body(&packer, buf, len);
    msgpack_unpacked_init(&result);
    length = say(rbuf, rlen, msgpack_unpack_next(&result, bytes.data, bytes.size, &at) == MSGPACK_UNPACK_SUCCESS ? "same" : "?");
    msgpack_unpacked_destroy(&result);
    msgpack_sbuffer_destroy(&bytes);
    return length;
}

DRIVER(.start = keep_port, .control = control)
