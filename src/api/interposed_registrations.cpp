/// Functions of the C library that keep a pointer which they are given. They stand in front of the C library's own, as
/// those of interposed.cpp do, hand on, and in runs that look for it (host::Options::probe) say what is kept now. What
/// keeps a pointer in a variable that has a name needs nothing here: see host/probe/keepers.h.
#include "api/interposed.h"
#include "base/sanitized.h"
#include "host/current.h"
#include "host/host.h"
#include "host/probe/memory_watch.h"

#include <syslog.h>

#include <cerrno>
#include <cstdlib>

#ifndef DDLL_SANITIZED

using namespace ddll;

namespace {

void now_keeps(host::KeptBy function, const void* memory, std::size_t size) {
    const host::HostWork work;
    const int error = errno;
    host::Host* current = host::current();
    if (current != nullptr && current->probe().wanted()) current->probe().interposed().keeps(function, memory, size);
    errno = error;
}

/// The largest that random() knows.
constexpr std::size_t whole_state = 256;

} // namespace

extern "C" {

[[gnu::visibility("default")]] void openlog(const char* identity, int options, int facility) {
    static auto* const real = api::real_one<decltype(openlog)>("openlog");
    real(identity, options, facility);
    // Without one, the identity that was given before stays.
    if (identity != nullptr) now_keeps(host::KeptBy::openlog, identity, 1);
}

[[gnu::visibility("default")]] void closelog() {
    static auto* const real = api::real_one<decltype(closelog)>("closelog");
    real();
    now_keeps(host::KeptBy::openlog, nullptr, 0);
}

[[gnu::visibility("default")]] char* initstate(unsigned seed, char* state, std::size_t size) noexcept {
    static auto* const real = api::real_one<decltype(initstate)>("initstate");
    char* const before = real(seed, state, size);
    if (before != nullptr) now_keeps(host::KeptBy::initstate, state, size);
    return before;
}

[[gnu::visibility("default")]] char* setstate(char* state) noexcept {
    static auto* const real = api::real_one<decltype(setstate)>("setstate");
    char* const before = real(state);
    if (before != nullptr) now_keeps(host::KeptBy::initstate, state, whole_state);
    return before;
}
}

#endif
