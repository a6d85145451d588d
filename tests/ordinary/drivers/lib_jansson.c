/* Makes and reads JSON.
 * needs: libjansson-dev
 * flags: -ljansson */
#include "ordinary.h"

#include <jansson.h>
#include <stdlib.h>

static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    json_error_t error;
    json_t* sent = json_loadb(buf, len, JSON_DECODE_ANY, &error);
    json_t* reply = json_pack("{s:i, s:b, s:[i,i]}", "command", (int)command, "json", sent != NULL, "list", 1, 2);
    char* text = json_dumps(reply, JSON_COMPACT | JSON_SORT_KEYS);
    ErlDrvSSizeT n = say(rbuf, rlen, text);
    (void)data;
    free(text);
    json_decref(reply);
    json_decref(sent);
    return n;
}

DRIVER(.start = keep_port, .control = control)
