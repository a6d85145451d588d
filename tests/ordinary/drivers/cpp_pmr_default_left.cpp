// A pool of the driver's that becomes the default for the whole process, and stays it: whoever asks for memory that way
// when the driver has left memory calls a function that is not there.
// true: memory-registered-elsewhere
// verdict: SAFE-IF
#include "ordinary.h"

#include <memory_resource>
#include <string>

namespace {
class Counting : public std::pmr::memory_resource {
    void* do_allocate(std::size_t size, std::size_t alignment) override {
        ++count;
        return std::pmr::new_delete_resource()->allocate(size, alignment);
    }
    void do_deallocate(void* memory, std::size_t size, std::size_t alignment) override {
        std::pmr::new_delete_resource()->deallocate(memory, size, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override { return this == &other; }

public:
    int count = 0;
} counting;
} // namespace

static int init() {
    std::pmr::set_default_resource(&counting);
    return 0;
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    const std::pmr::string copy(buf, len);
    return answer(rbuf, rlen, &counting.count, sizeof counting.count);
}

DRIVER(.init = init, .start = keep_port, .control = control)
