#include "host/probe/run_delay.h"

#include "base/mutex.h"
#include "host/probe/memory_watch.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ddll::host {
namespace {

/// Threads that ended during a measurement.
struct Ended {
    ddll::Mutex lock;
    Delays delays DDLL_GUARDED_BY(lock);
    bool measuring DDLL_GUARDED_BY(lock) = false;
};

Ended& ended() {
    static auto* const all = new Ended; // threads of drivers may end later than this program's statics
    return *all;
}

std::int64_t delay_of(pid_t process, int thread) {
    char path[64];
    std::snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", process, thread);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[96];
    const ssize_t n = read(file, text, sizeof text - 1);
    close(file);
    if (n <= 0) return 0;
    text[n] = '\0';
    // "time on a processor, time without one, turns": in nanoseconds.
    char* second = nullptr;
    std::strtoll(text, &second, 10);
    return std::strtoll(second, nullptr, 10);
}

int own_number() {
    return static_cast<int>(syscall(SYS_gettid));
}

} // namespace

Delays delays_of(pid_t process) {
    char path[32];
    std::snprintf(path, sizeof path, "/proc/%d/task", process);
    Delays out;
    DIR* folder = opendir(path);
    if (folder == nullptr) return out;
    while (const dirent* entry = readdir(folder))
        if (const int thread = std::atoi(entry->d_name); thread > 0) out[thread] = delay_of(process, thread);
    closedir(folder);
    return out;
}

RunDelay::RunDelay()
    : outermost_([] {
          Ended& all = ended();
          const MutexLock guard(all.lock);
          if (all.measuring) return false;
          all.measuring = true;
          all.delays.clear();
          return true;
      }()) {
    const HostWork work;
    if (outermost_) before_ = delays_of(getpid());
}

RunDelay::~RunDelay() {
    if (!outermost_) return;
    Ended& all = ended();
    const MutexLock guard(all.lock);
    all.measuring = false;
    all.delays.clear();
}

std::int64_t RunDelay::ns() const {
    if (!outermost_) return 0;
    const HostWork work;
    Delays now = delays_of(getpid());
    {
        Ended& all = ended();
        const MutexLock guard(all.lock);
        for (const auto& [thread, delay] : all.delays) now[thread] = std::max(now[thread], delay);
    }
    std::int64_t sum = 0;
    for (const auto& [thread, delay] : now) {
        const auto it = before_.find(thread);
        sum += std::max<std::int64_t>(0, delay - (it == before_.end() ? 0 : it->second));
    }
    return sum;
}

void RunDelay::thread_ends() {
    const HostWork work;
    Ended& all = ended();
    const MutexLock guard(all.lock);
    if (all.measuring) all.delays[own_number()] = delay_of(getpid(), own_number());
}

} // namespace ddll::host
