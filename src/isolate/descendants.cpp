#include "isolate/descendants.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>

namespace ddll::isolate {
namespace {

// All of it together fits on a signal stack.
constexpr std::size_t most_children = 128, path_room = 96;
constexpr int deepest = 6, most_rounds = 64;

/// Appends to a path that has room.
char* append(char* at, const char* text) {
    const std::size_t length = std::strlen(text);
    std::memcpy(at, text, length + 1);
    return at + length;
}

char* append(char* at, pid_t number) {
    char digits[12];
    char* first = digits + sizeof digits;
    *--first = '\0';
    do *--first = static_cast<char>('0' + number % 10);
    while ((number /= 10) > 0);
    return append(at, first);
}

/// Numbers with anything between them.
std::size_t read_numbers(const char* path, std::span<pid_t> out) {
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char text[256];
    std::size_t count = 0;
    pid_t number = 0;
    for (ssize_t n; (n = read(file, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < n; ++i) {
            if (text[i] >= '0' && text[i] <= '9') {
                number = number * 10 + (text[i] - '0');
                continue;
            }
            if (number > 0 && count < out.size()) out[count++] = number;
            number = 0;
        }
    syscall(SYS_close, file);
    return count;
}

void kill_below(pid_t process, int depth) {
    pid_t children[most_children];
    const std::size_t count = children_of(process, children);
    for (std::size_t i = 0; i < count; ++i) {
        kill(children[i], SIGSTOP); // it must not start others meanwhile
        if (depth < deepest) kill_below(children[i], depth + 1);
        kill(children[i], SIGKILL);
    }
}

} // namespace

std::size_t children_of(pid_t process, std::span<pid_t> out) {
    char path[path_room];
    char* const tasks = append(append(append(path, "/proc/"), process), "/task/");
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return 0;
    std::size_t count = 0;
    alignas(std::uint64_t) char entries[1024];
    for (long n; (n = syscall(SYS_getdents64, folder, entries, sizeof entries)) > 0;)
        for (long at = 0; at < n;) {
            const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
            at += entry->d_reclen;
            if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
            append(append(tasks, entry->d_name), "/children");
            count += read_numbers(path, out.subspan(count));
        }
    syscall(SYS_close, folder);
    return count;
}

bool has_children() {
    return syscall(SYS_waitid, P_ALL, 0, nullptr, WEXITED | WNOHANG | WNOWAIT | __WALL, nullptr) == 0 ||
           errno != ECHILD;
}

void kill_descendants(pid_t process) {
    // Those whose parents were killed become children of the process itself, when it takes orphans in.
    pid_t children[1];
    for (int round = 0; round < most_rounds && children_of(process, children) > 0; ++round) kill_below(process, 0);
}

} // namespace ddll::isolate
