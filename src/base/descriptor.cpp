#include "base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

namespace ddll {

int move_high(int descriptor) {
    constexpr int lowest = 800; // below the 1024 that every system allows
    const int high = fcntl(descriptor, F_DUPFD_CLOEXEC, lowest);
    if (high < 0) return descriptor;
    close(descriptor);
    return high;
}

} // namespace ddll
