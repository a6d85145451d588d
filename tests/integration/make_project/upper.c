/* upper: makes capital letters. What is sent to the port comes back so.
 *
 *   P ! {self(), {command, Text}}  ->  {P, {data, TEXT}} */
#include <ctype.h>
#include <erl_driver.h>

typedef struct {
    ErlDrvPort port;
} Upper;

static ErlDrvData upper_start(ErlDrvPort port, char* command) {
    (void)command;
    Upper* upper = driver_alloc(sizeof *upper);
    if (!upper) return ERL_DRV_ERROR_GENERAL;
    upper->port = port;
    return (ErlDrvData)upper;
}

static void upper_stop(ErlDrvData data) {
    driver_free(data);
}

/* What comes in may be the sender's binary itself: it is not ours to change. */
static void upper_output(ErlDrvData data, char* text, ErlDrvSizeT length) {
    ErlDrvPort port = ((Upper*)data)->port;
    char* letters = driver_alloc(length + 1);
    if (!letters) {
        driver_failure_atom(port, "enomem");
        return;
    }
    for (ErlDrvSizeT i = 0; i < length; ++i) letters[i] = (char)toupper((unsigned char)text[i]);
    driver_output(port, letters, length);
    driver_free(letters);
}

static ErlDrvEntry entry = {
    .start = upper_start,
    .stop = upper_stop,
    .output = upper_output,
    .driver_name = "upper",
    .extended_marker = ERL_DRV_EXTENDED_MARKER,
    .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION,
};

DRIVER_INIT(upper) {
    return &entry;
}
