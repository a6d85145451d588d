/* A client of MQTT for each port, never connected.
 * needs: libmosquitto-dev
 * flags: -lmosquitto */
#include "ordinary.h"

#include <mosquitto.h>

static int init(void) {
    return mosquitto_lib_init() == MOSQ_ERR_SUCCESS ? 0 : -1;
}
static void finish(void) {
    mosquitto_lib_cleanup();
}
static ErlDrvData start(ErlDrvPort port, char* arguments) {
    struct mosquitto* client = mosquitto_new(NULL, true, NULL);
    (void)port, (void)arguments;
    return client ? (ErlDrvData)client : ERL_DRV_ERROR_GENERAL;
}
static void stop(ErlDrvData data) {
    mosquitto_destroy((struct mosquitto*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    const int result = mosquitto_publish((struct mosquitto*)data, NULL, "topic", (int)len, buf, 0, false);
    (void)command;
    return say(rbuf, rlen, mosquitto_strerror(result));
}

DRIVER(.init = init, .start = start, .stop = stop, .control = control, .finish = finish)
