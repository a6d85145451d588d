/* Patterns compiled in start (with the just-in-time compiler) and freed in stop. The compiler keeps a page of 64 KB for
 * the next pattern, and loses it with each unload, unless pcre2_jit_free_unused_memory is called first. On a node they
 * make one mapping, which grows.
 * needs: libpcre2-dev
 * true: mapping-leak
 * verdict: SAFE-IF
 * flags: -lpcre2-8 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "ordinary.h"

#include <pcre2.h>

static ErlDrvData start(ErlDrvPort port, char* arguments) {
    int error;
    PCRE2_SIZE at;
    pcre2_code* code = pcre2_compile((PCRE2_SPTR) "(\\w+)\\s+(?:\\d+|x)*", PCRE2_ZERO_TERMINATED, 0, &error, &at, NULL);
    (void)port, (void)arguments;
    if (!code) return ERL_DRV_ERROR_GENERAL;
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
    return (ErlDrvData)code;
}
static void stop(ErlDrvData data) {
    pcre2_code_free((pcre2_code*)data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    pcre2_code* code = (pcre2_code*)data;
    pcre2_match_data* match = pcre2_match_data_create_from_pattern(code, NULL);
    int groups = pcre2_match(code, (PCRE2_SPTR)buf, len, 0, 0, match, NULL);
    (void)command;
    pcre2_match_data_free(match);
    return answer(rbuf, rlen, &groups, sizeof groups);
}

#ifdef CLEANS
static void finish(void) {
    pcre2_jit_free_unused_memory(NULL);
}
DRIVER(.start = start, .stop = stop, .finish = finish, .control = control)
#else
DRIVER(.start = start, .stop = stop, .control = control)
#endif
