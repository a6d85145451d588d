// Threads that stop tokens end: a semaphore wakes them, a latch says that all have answered; joined by the destructor.
#include "ordinary.h"

#include <atomic>
#include <latch>
#include <optional>
#include <semaphore>
#include <thread>
#include <vector>

namespace {
class Workers {
public:
    Workers() {
        for (int i = 0; i < 3; ++i)
            threads_.emplace_back([this](const std::stop_token& stop) {
                for (;;) {
                    work_.acquire();
                    if (stop.stop_requested()) return;
                    sum_ += 1;
                    done_.load()->count_down();
                }
            });
    }
    ~Workers() {
        for (std::jthread& thread : threads_) thread.request_stop();
        work_.release(static_cast<std::ptrdiff_t>(threads_.size()));
    }
    int run(int tasks) {
        std::latch done(tasks);
        done_ = &done;
        work_.release(tasks);
        done.wait();
        return sum_;
    }

private:
    std::counting_semaphore<64> work_{0};
    std::atomic<std::latch*> done_{nullptr};
    std::atomic<int> sum_{0};
    std::vector<std::jthread> threads_;
};
} // namespace

static ErlDrvData start(ErlDrvPort, char*) {
    return reinterpret_cast<ErlDrvData>(new Workers);
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Workers*>(data);
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)buf, (void)len;
    const int sum = reinterpret_cast<Workers*>(data)->run(static_cast<int>(command % 8 + 1));
    return answer(rbuf, rlen, &sum, sizeof sum);
}

DRIVER(.start = start, .stop = stop, .control = control)
