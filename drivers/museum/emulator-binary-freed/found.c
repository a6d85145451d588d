/* Sends on what it gets, and frees the binaries of the vector as if they were its own. */
#include "exhibit.h"

static void outputv(ErlDrvData data, ErlIOVec* vector) {
    driver_outputv((ErlDrvPort)data, NULL, 0, vector, 0);
    for (int i = 0; i < vector->vsize; i++)
        if (vector->binv[i]) driver_free_binary(vector->binv[i]);
}

EXHIBIT(.start = keep_port, .outputv = outputv)
