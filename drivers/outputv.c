/* outputv: tells how a command arrived as a vector: "vsize size: element element ..." comes back as data, an element
 * being its length and b (in a binary) or n (not). The text after it: what driver_vec_to_buf copies into 1000 and into
 * 3 bytes. */
#include <erl_driver.h>
#include <stdio.h>

static ErlDrvData outputv_start(ErlDrvPort port, char* command) {
    (void)command;
    return (ErlDrvData)port;
}

static void outputv_outputv(ErlDrvData data, ErlIOVec* vector) {
    char text[1024], copy[1000];
    int used = snprintf(text, sizeof text, "%d %lu:", vector->vsize, (unsigned long)vector->size);
    for (int i = 0; i < vector->vsize && used < (int)sizeof text - 64; i++)
        used += snprintf(text + used, sizeof text - used, " %lu%c", (unsigned long)vector->iov[i].iov_len,
                         vector->binv[i] ? 'b' : 'n');
    unsigned long all = driver_vec_to_buf(vector, copy, sizeof copy);
    unsigned long three = driver_vec_to_buf(vector, copy, 3);
    used += snprintf(text + used, sizeof text - used, " copied %lu %lu", all, three);
    driver_output((ErlDrvPort)data, text, used);
}

static ErlDrvEntry entry = {
    .start = outputv_start,
    .driver_name = "outputv",
    .outputv = outputv_outputv,
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(outputv) {
    return &entry;
}
