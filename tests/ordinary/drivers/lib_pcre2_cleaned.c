/* The same with pcre2_jit_free_unused_memory in finish.
 * needs: libpcre2-dev
 * flags: -lpcre2-8 */
#define CLEANS
#include "lib_pcre2.c"
