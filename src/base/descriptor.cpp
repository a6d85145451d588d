#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>

namespace ddll {

namespace {
constexpr int lowest = 800, room = 512; // below the 1024 that every system allows, and some above it
std::atomic<bool> moved[room];
} // namespace

int move_high(int descriptor) {
    const int high = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
    if (high < 0) return descriptor;
    close(descriptor);
    if (high < lowest + room) moved[high - lowest] = true;
    return high;
}

bool was_moved_high(int descriptor) {
    return descriptor >= lowest && descriptor < lowest + room && moved[descriptor - lowest];
}

} // namespace ddll
