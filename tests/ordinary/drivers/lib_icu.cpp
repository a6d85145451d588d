// Unicode strings: case, and a collator for each port. What the library keeps for later, 21 KB of it, is lost with each
// unload: it asks for a call of u_cleanup first. The figures of a node are too coarse for that.
// needs: libicu-dev
// true: heap-leak-outside-driver-heap
// verdict: SAFE-IF
// flags: -licui18n -licuuc
#include "ordinary.h"

#include <memory>
#include <string>
#include <unicode/coll.h>
#include <unicode/uclean.h>
#include <unicode/unistr.h>

static ErlDrvData start(ErlDrvPort, char*) {
    UErrorCode status = U_ZERO_ERROR;
    icu::Collator* collator = icu::Collator::createInstance(icu::Locale("de"), status);
    if (U_FAILURE(status)) return ERL_DRV_ERROR_GENERAL;
    return reinterpret_cast<ErlDrvData>(collator);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<icu::Collator*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)command;
    UErrorCode status = U_ZERO_ERROR;
    icu::UnicodeString text = icu::UnicodeString::fromUTF8(std::string(buf, len));
    icu::UnicodeString upper(text);
    upper.toUpper();
    const auto order = reinterpret_cast<icu::Collator*>(data)->compare(text, upper, status);
    std::string out;
    upper.toUTF8String(out);
    return say(rbuf, rlen, (out + std::to_string(order)).c_str());
}

#ifdef CLEANS
static void finish() {
    u_cleanup();
}
DRIVER(.start = start, .stop = stop, .finish = finish, .control = control)
#else
DRIVER(.start = start, .stop = stop, .control = control)
#endif
