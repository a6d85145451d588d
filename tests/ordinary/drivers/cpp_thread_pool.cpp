// A pool of threads that is started in init and joined in finish; callers wait for their task.
#include "ordinary.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <queue>
#include <string>
#include <thread>
#include <vector>

namespace {
class Pool {
public:
    explicit Pool(int size) {
        for (int i = 0; i < size; ++i) threads_.emplace_back([this] { work(); });
    }
    ~Pool() {
        {
            const std::lock_guard guard(lock_);
            ending_ = true;
        }
        changed_.notify_all();
        for (std::thread& thread : threads_) thread.join();
    }
    std::future<int> add(std::function<int()> task) {
        auto packaged = std::make_shared<std::packaged_task<int()>>(std::move(task));
        auto future = packaged->get_future();
        {
            const std::lock_guard guard(lock_);
            tasks_.push([packaged] { (*packaged)(); });
        }
        changed_.notify_one();
        return future;
    }

private:
    void work() {
        for (;;) {
            std::unique_lock lock(lock_);
            changed_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
            if (tasks_.empty()) return;
            const auto task = std::move(tasks_.front());
            tasks_.pop();
            lock.unlock();
            task();
        }
    }
    std::mutex lock_;
    std::condition_variable changed_;
    std::queue<std::function<void()>> tasks_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};
std::unique_ptr<Pool> pool;
} // namespace

static int init() {
    pool = std::make_unique<Pool>(4);
    return 0;
}
static void finish() {
    pool.reset();
}
static ErlDrvSSizeT control(CONTROL_ARGUMENTS) {
    (void)data, (void)command;
    const std::string text(buf, len);
    const int spaces = pool->add([text] { return static_cast<int>(std::count(text.begin(), text.end(), ' ')); }).get();
    return answer(rbuf, rlen, &spaces, sizeof spaces);
}

DRIVER(.init = init, .start = keep_port, .finish = finish, .control = control)
