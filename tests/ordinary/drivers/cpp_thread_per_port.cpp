// A thread for each port takes lines from a queue and answers the owner itself; stop joins it.
#include "ordinary.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

namespace {
class Worker {
public:
    explicit Worker(ErlDrvPort port)
        : port_(driver_mk_port(port)), owner_(driver_connected(port)), thread_([this] { work(); }) {}
    ~Worker() {
        {
            const std::lock_guard guard(lock_);
            ending_ = true;
        }
        changed_.notify_one();
        thread_.join();
    }
    void add(std::string line) {
        {
            const std::lock_guard guard(lock_);
            lines_.push_back(std::move(line));
        }
        changed_.notify_one();
    }

private:
    void work() {
        std::unique_lock lock(lock_);
        while (!ending_) {
            if (lines_.empty()) {
                changed_.wait(lock);
                continue;
            }
            const std::string line = std::move(lines_.front());
            lines_.pop_front();
            lock.unlock();
            ErlDrvTermData term[] = {ERL_DRV_PORT,  port_, ERL_DRV_STRING, (ErlDrvTermData)line.data(), line.size(),
                                     ERL_DRV_TUPLE, 2};
            erl_drv_send_term(port_, owner_, term, sizeof term / sizeof *term);
            lock.lock();
        }
    }
    const ErlDrvTermData port_, owner_;
    std::mutex lock_;
    std::condition_variable changed_;
    std::deque<std::string> lines_;
    bool ending_ = false;
    std::thread thread_;
};
} // namespace

static ErlDrvData start(ErlDrvPort port, char*) {
    return reinterpret_cast<ErlDrvData>(new Worker(port));
}
static void stop(ErlDrvData data) {
    delete reinterpret_cast<Worker*>(data);
}
static void output(ErlDrvData data, char* buf, ErlDrvSizeT len) {
    reinterpret_cast<Worker*>(data)->add(std::string(buf, len));
}

DRIVER(.start = start, .stop = stop, .output = output)
