#include "host/threads/thread_table.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace ddll::host {

char kernel_state(pid_t thread) {
    const std::string path = fmt::format("/proc/self/task/{}/stat", thread);
    std::FILE* file = std::fopen(path.c_str(), "re");
    if (file == nullptr) return '?';
    char text[512];
    const std::size_t n = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    text[n] = '\0';
    // The name in parentheses may hold anything, also parentheses.
    const std::string_view all(text, n);
    const std::size_t end = all.rfind(')');
    return end == std::string_view::npos || end + 2 >= n ? '?' : all[end + 2];
}

Thread* ThreadTable::find(const void* handle) const {
    if (handle == &emulator) return &emulator;
    const auto it = std::find(others.begin(), others.end(), handle);
    return it == others.end() ? nullptr : *it;
}

std::vector<Thread*> ThreadTable::of(DriverId driver) const {
    std::vector<Thread*> found;
    for (Thread* thread : others)
        if (thread->kind == ThreadKind::driver && thread->driver == driver && !thread->abandoned)
            found.push_back(thread);
    return found;
}

std::set<int> ThreadTable::system_ids() const {
    std::set<int> out{emulator.system_id};
    for (const Thread* thread : others)
        if (thread->kind != ThreadKind::foreign) out.insert(thread->system_id);
    return out;
}

std::vector<Thread*> ThreadTable::ready() const {
    std::vector<Thread*> found;
    for (Thread* thread : others)
        if (!thread->abandoned && (thread->state == Thread::State::ready || thread->waits_to_enter))
            found.push_back(thread);
    return found;
}

bool ThreadTable::any_uncontrolled() const {
    const auto alone = [](const Thread* t) {
        return !t->controlled && !t->abandoned && t->state == Thread::State::running;
    };
    return (!emulator.controlled && emulator.side == Side::driver) || std::any_of(others.begin(), others.end(), alone);
}

UnknownThreads ThreadTable::unknown(pid_t watchdog) const {
    struct stat tasks {};
    const auto alive = [](const Thread* t) { return t->state != Thread::State::ended; };
    const auto known = 1 + (watchdog != 0 ? 1 : 0) + std::count_if(others.begin(), others.end(), alive);
    // A folder has two links more than subfolders.
    if (stat("/proc/self/task", &tasks) != 0 || static_cast<std::ptrdiff_t>(tasks.st_nlink) - 2 <= known)
        return UnknownThreads::none;
    UnknownThreads found = UnknownThreads::none;
    if (DIR* folder = opendir("/proc/self/task")) {
        while (const dirent* entry = readdir(folder)) {
            const auto id = static_cast<pid_t>(std::strtol(entry->d_name, nullptr, 10));
            const bool ours =
                id == 0 || id == emulator.system_id || id == watchdog ||
                std::any_of(others.begin(), others.end(), [&](const Thread* t) { return t->system_id == id; });
            if (ours || found == UnknownThreads::moving) continue;
            const char state = kernel_state(id);
            found = state == 'S' || state == '?' || state == 'Z' ? UnknownThreads::asleep : UnknownThreads::moving;
        }
        closedir(folder);
    }
    return found;
}

void ThreadTable::make_ready(const Lockable* object, const Thread* ended, bool all) const {
    for (Thread* thread : waiting) {
        if (thread->state != Thread::State::blocked) continue;
        if (object != nullptr ? thread->wait.object != object : thread->wait.thread != ended) continue;
        thread->state = Thread::State::ready;
        if (!all) return;
    }
}

} // namespace ddll::host
