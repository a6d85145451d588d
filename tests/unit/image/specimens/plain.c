/* A library without a trait of its own; VERSION tells builds of it apart. */
#include <string.h>

int specimen_version(void) { return VERSION; }

static int hidden_helper(const char* text) {
    return (int)strlen(text); /* line 7 */
}

int specimen_length(const char* text) {
    return hidden_helper(text) * VERSION; /* line 11 */
}

int driver_init(void) { return specimen_length("driver"); }
