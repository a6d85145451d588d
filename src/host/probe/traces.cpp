#include "host/probe/traces.h"

#include "base/program.h"
#include "base/sanitized.h"
#include "host/probe/grace.h"
#include "host/probe/interposed.h"
#include "host/probe/keepers.h"

#include <dirent.h>
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace ddll::host {

namespace {

/// Descriptors of our own lie above this.
constexpr int first_of_ours = 512;

std::string target_of(int descriptor) {
    char path[PATH_MAX];
    const ssize_t n = readlink(fmt::format("/proc/self/fd/{}", descriptor).c_str(), path, sizeof path);
    if (n <= 0) return {};
    std::string text(path, static_cast<std::size_t>(n));
    if (text.starts_with('/')) return text;
    // What the system numbers differs from run to run.
    const std::string kind = text.substr(0, text.find(':'));
    if (kind == "anon_inode") return "an " + text.substr(text.find(':') + 1);
    return "a " + kind;
}

template <class See>
void each_number_in(const char* folder, See see) {
    DIR* dir = opendir(folder);
    if (dir == nullptr) return;
    const int self = dirfd(dir);
    while (const dirent* entry = readdir(dir)) {
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9') continue;
        const int number = std::atoi(entry->d_name);
        if (number != self) see(number);
    }
    closedir(dir);
}

std::set<int> threads_now() {
    std::set<int> out;
    each_number_in("/proc/self/task", [&](int id) { out.insert(id); });
    return out;
}

std::uintptr_t handler_of(int signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) != 0) return 0;
    return (action.sa_flags & SA_SIGINFO) != 0 ? reinterpret_cast<std::uintptr_t>(action.sa_sigaction)
                                               : reinterpret_cast<std::uintptr_t>(action.sa_handler);
}

std::map<std::string, std::string> state_now() {
    std::map<std::string, std::string> out;
    char path[PATH_MAX];
    out["the working directory"] = getcwd(path, sizeof path) != nullptr ? path : "(none)";
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("Umask:")) out["the umask"] = line.substr(7);
    const char* locale = std::setlocale(LC_ALL, nullptr);
    out["the locale"] = locale != nullptr ? locale : "";
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
    std::string signals;
    for (int n = 1; n < 65; ++n)
        if (sigismember(&blocked, n) == 1) signals += fmt::format("{}{}", signals.empty() ? "" : " ", n);
    out["the blocked signals"] = signals;
    for (const auto& [resource, what] :
         std::initializer_list<std::pair<__rlimit_resource, const char*>>{{RLIMIT_NOFILE, "the limit of open files"},
                                                                          {RLIMIT_STACK, "the limit of the stack"},
                                                                          {RLIMIT_CORE, "the limit of core files"},
                                                                          {RLIMIT_NPROC, "the limit of processes"}}) {
        rlimit value{};
        if (getrlimit(resource, &value) == 0) out[what] = fmt::format("{}", value.rlim_cur);
    }
    out["the priority"] = fmt::format("{}", getpriority(PRIO_PROCESS, 0));
    for (const int fd : {0, 1, 2}) out[fmt::format("descriptor {}", fd)] = target_of(fd);
    return out;
}

std::set<std::string> timers_now() {
    std::set<std::string> out;
    std::ifstream file("/proc/self/timers");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("ID:")) out.insert("timer " + line.substr(4));
    for (const auto& [which, what] :
         std::initializer_list<std::pair<__itimer_which, const char*>>{{ITIMER_REAL, "setitimer(ITIMER_REAL)"},
                                                                       {ITIMER_VIRTUAL, "setitimer(ITIMER_VIRTUAL)"},
                                                                       {ITIMER_PROF, "setitimer(ITIMER_PROF)"}}) {
        itimerval value{};
        if (getitimer(which, &value) == 0 && (value.it_value.tv_sec != 0 || value.it_value.tv_usec != 0))
            out.insert(what);
    }
    return out;
}

std::set<std::string> objects_now() {
    std::set<std::string> out;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            if (info->dlpi_name != nullptr && *info->dlpi_name != '\0')
                static_cast<std::set<std::string>*>(data)->insert(info->dlpi_name);
            return 0;
        },
        &out);
    return out;
}

struct Mapping {
    std::uintptr_t low = 0, high = 0;
    std::string rights, path;
};

std::vector<Mapping> mappings_now() {
    std::vector<Mapping> out;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        Mapping m;
        char rights[8] = "";
        int path_at = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx %7s %*s %*s %*s %n", &m.low, &m.high, rights, &path_at) < 3) continue;
        m.rights = rights;
        if (path_at > 0 && static_cast<std::size_t>(path_at) < line.size())
            m.path = line.substr(static_cast<std::size_t>(path_at));
        out.push_back(std::move(m));
    }
    return out;
}

bool stack_executable() {
    for (const Mapping& m : mappings_now())
        if (m.path == "[stack]") return m.rights.find('x') != std::string::npos;
    return false;
}

std::uint32_t float_mode_now() {
#if defined(__x86_64__)
    return _mm_getcsr() & ~0x3fU; // without the flags of what has happened
#else
    return 0;
#endif
}

} // namespace

std::string library_of(std::uintptr_t address) {
    Dl_info found{};
    if (dladdr(reinterpret_cast<const void*>(address), &found) == 0 || found.dli_fname == nullptr) return {};
    const std::string path(found.dli_fname);
    return path.substr(path.rfind('/') + 1);
}

Traces look_for_traces() {
    Traces out;
    each_number_in("/proc/self/fd", [&](int fd) {
        if (fd < first_of_ours) out.descriptors[fd] = target_of(fd);
    });
    out.threads = threads_now();
    for (int n = 1; n < 65; ++n) out.handlers[static_cast<std::size_t>(n)] = handler_of(n);
    stack_t stack{};
    if (sigaltstack(nullptr, &stack) == 0) out.signal_stack = reinterpret_cast<std::uintptr_t>(stack.ss_sp);
    out.timers = timers_now();
    out.state = state_now();
    out.float_mode = float_mode_now();
    out.objects = objects_now();
    out.executable_stack = stack_executable();
    return out;
}

Variables variables_inside(const CodeRange& range) {
    Variables out;
    for (char** text = environ; text != nullptr && *text != nullptr; ++text) {
        const auto address = reinterpret_cast<std::uintptr_t>(*text);
        if (!range.has(address)) continue;
        const std::string_view whole(*text);
        out.emplace_back(whole.substr(0, whole.find('=')), address);
    }
    return out;
}

std::vector<Found> variables_left(const Variables& inside) {
    std::vector<Found> out;
    for (const auto& [name, address] : inside)
        for (char** text = environ; text != nullptr && *text != nullptr; ++text)
            if (reinterpret_cast<std::uintptr_t>(*text) == address)
                out.push_back({Residue::environment, fmt::format("{} lies in memory of the library", name)});
    return out;
}

std::vector<Found> threads_inside(const Traces& before, const CodeRange& old, const std::set<int>& ours,
                                  const Interposed& interposed) {
    std::vector<Found> out;
    for (const int id : threads_now()) {
        if (before.threads.contains(id) || ours.contains(id)) continue;
        if (const std::uintptr_t function = interposed.function_of(id); old.has(function))
            out.push_back({Residue::thread, "it runs a function of the library", function});
    }
    return out;
}

std::vector<Found> compare(const Traces& before, const CodeRange& old, bool gone, const std::set<int>& ours,
                           const Interposed& interposed) {
    std::vector<Found> out;
    const auto fresh_threads = [&] {
        std::vector<int> fresh;
        for (const int id : threads_now())
            if (!before.threads.contains(id) && !ours.contains(id)) fresh.push_back(id);
        return fresh;
    };
    std::vector<int> threads = fresh_threads();
    // A timer has a thread of its own, which goes with it, and may tick into code that is gone: no time to wait.
    if (timers_now() == before.timers)
        for (Grace grace([] { return delays_of(getpid()); }); !threads.empty() && grace.wait();)
            threads = fresh_threads();
    for (const int id : threads) {
        if (gone && old.has(interposed.function_of(id))) continue; // reported by threads_inside
        out.push_back({Residue::thread, "", 0});
    }
    const Traces now = look_for_traces();
    for (const auto& [fd, target] : now.descriptors)
        if (!before.descriptors.contains(fd)) out.push_back({Residue::descriptor, fmt::format("{}: {}", fd, target)});
    for (int n = 1; n < 65; ++n) {
        const std::uintptr_t handler = now.handlers[static_cast<std::size_t>(n)];
        // The host's own handlers come with the first thread.
        if (handler == before.handlers[static_cast<std::size_t>(n)] || is_of_program(handler)) continue;
        const char* abbreviation = sigabbrev_np(n);
        const std::string signal = abbreviation != nullptr ? fmt::format("SIG{}", abbreviation) : fmt::format("{}", n);
        out.push_back({Residue::signal_handler,
                       signal + (old.has(handler) ? " leads into the library" : " is handled by another function now"),
                       old.has(handler) ? handler : 0});
    }
    if (now.signal_stack != before.signal_stack)
        out.push_back({Residue::signal_stack,
                       old.has(now.signal_stack) ? "in memory of the library" : "another one than before", 0});
    for (const std::string& timer : now.timers)
        if (!before.timers.contains(timer)) out.push_back({Residue::timer, timer, 0});
    for (const auto& [what, value] : now.state) {
        const auto it = before.state.find(what);
        if (it == before.state.end() || it->second == value) continue;
        out.push_back({Residue::process_state, fmt::format("{} was \"{}\" and is \"{}\"", what, it->second, value), 0});
    }
    if (now.float_mode != before.float_mode)
        out.push_back({Residue::float_mode,
                       fmt::format("MXCSR was {:#06x} and is {:#06x}", before.float_mode, now.float_mode), 0});
    for (const std::string& object : now.objects)
        if (!before.objects.contains(object)) out.push_back({Residue::object, object, 0, 0, object});
    if (now.executable_stack && !before.executable_stack)
        out.push_back({Residue::executable_stack, "stacks have become executable", 0});
    if (gone)
        for (Found& found : pointers_into(old, interposed, before.data)) out.push_back(std::move(found));
    return out;
}

DDLL_READS_FOREIGN_MEMORY static std::uintptr_t word_at(std::uintptr_t address) {
    return *reinterpret_cast<const volatile std::uintptr_t*>(address);
}

std::set<std::uintptr_t> handles_inside(const CodeRange& range) {
    std::set<std::uintptr_t> out;
    for (const Mapping& m : mappings_now())
        if (range.has(m.low) && m.rights.find('w') != std::string::npos && m.rights.find('r') != std::string::npos)
            for (std::uintptr_t at = m.low; at + sizeof at <= m.high; at += sizeof at)
                if (word_at(at) == at) out.insert(at);
    return out;
}

std::vector<std::pair<std::uintptr_t, std::uintptr_t>> code_inside(const CodeRange& range) {
    std::vector<std::pair<std::uintptr_t, std::uintptr_t>> out;
    for (const Mapping& m : mappings_now())
        if (range.has(m.low) && m.rights.find('x') != std::string::npos) out.emplace_back(m.low, m.high);
    return out;
}

// glibc's row of an exit handler: what it is (0: done with), function, object, handle of the library that gave it.
static bool in_done_exit_handler(std::uintptr_t at, const Mapping& m, const CodeRange& old) {
    constexpr std::uintptr_t word = sizeof at;
    for (const std::uintptr_t kind : {at - 3 * word, at - 2 * word}) // `at` is the handle, or the object
        if (m.low <= kind && kind + 4 * word <= m.high && word_at(kind) == 0 &&
            old.handles.contains(word_at(kind + 3 * word)))
            return true;
    return false;
}

// A row of a list of glibc that grows in place: its length, its room, and where its rows are, which is right behind
// them. pthread_atfork keeps its functions in one. What dlclose took back lies there until it is written over.
static bool in_row_taken_back(std::uintptr_t at, const Mapping& m) {
    constexpr std::uintptr_t word = sizeof at, row = 5 * word, most_rows = 48;
    const std::uintptr_t lowest = std::max(m.low + 2 * word, at - std::min(at, most_rows * row));
    for (std::uintptr_t rows = at & ~(word - 1); rows > lowest; rows -= word) {
        if (word_at(rows - word) != rows) continue;
        const std::uintptr_t room = word_at(rows - 2 * word);
        if (rows - 3 * word < m.low || room == 0 || room > most_rows) return false;
        const std::uintptr_t length = word_at(rows - 3 * word);
        return length <= room && (at - rows) / row >= length;
    }
    return false;
}

// The data of libraries, and what follows it without a name: its zero-filled part. `see` is given the path too.
template <class See>
static void each_library_data(See&& see) {
    const auto maps = mappings_now();
    for (std::size_t i = 0; i < maps.size(); ++i) {
        const Mapping& m = maps[i];
        if (m.rights.find('w') == std::string::npos || m.rights.find('r') == std::string::npos) continue;
        const bool data = m.path.find(".so") != std::string::npos && m.path.starts_with('/');
        const bool zero_filled =
            m.path.empty() && i > 0 && maps[i - 1].high == m.low && maps[i - 1].path.find(".so") != std::string::npos;
        if (!data && !zero_filled) continue;
        const std::string& path = data ? m.path : maps[i - 1].path;
        if (path.find("/ld-linux") == std::string::npos) see(m, path); // the loader knows its own libraries
    }
}

DDLL_READS_FOREIGN_MEMORY static void copy_words(std::uintptr_t from, std::vector<std::uintptr_t>& into) {
    const auto* words = reinterpret_cast<const volatile std::uintptr_t*>(from);
    for (std::size_t i = 0; i < into.size(); ++i) into[i] = words[i];
}

LibraryData LibraryData::now() {
    LibraryData out;
    each_library_data([&](const Mapping& m, const std::string&) {
        std::vector<std::uintptr_t> words((m.high - m.low) / sizeof(std::uintptr_t));
        copy_words(m.low, words);
        out.parts_.emplace(m.low, std::move(words));
    });
    return out;
}

bool LibraryData::has(std::uintptr_t address, std::uintptr_t word) const {
    const auto behind = parts_.upper_bound(address);
    if (behind == parts_.begin()) return false;
    const auto& [begin, words] = *std::prev(behind);
    const std::size_t at = (address - begin) / sizeof word;
    return at < words.size() && words[at] == word;
}

std::vector<Found> pointers_into(const CodeRange& old, const Interposed& interposed, const LibraryData& before) {
    std::vector<Found> out;
    each_library_data([&](const Mapping& m, const std::string& path) {
        for (std::uintptr_t at = m.low; at + sizeof at <= m.high; at += sizeof at) {
            const std::uintptr_t word = word_at(at);
            if (!old.has(word) || before.has(at, word) || interposed.was_destructor(word) || interposed.is_kept(word) ||
                in_done_exit_handler(at, m, old) || in_row_taken_back(at, m))
                continue;
            if (auto found = kept_at(at, word, path.substr(path.rfind('/') + 1), old)) out.push_back(*std::move(found));
        }
    });
    for (Found& found : kept_behind(old)) out.push_back(std::move(found));
    return out;
}

void guard(const CodeRange& old) {
    if (old.end <= old.base) return;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::uintptr_t base = old.base / page * page, end = (old.end + page - 1) / page * page;
    // Where something else lies by now it stays.
    mmap(reinterpret_cast<void*>(base), end - base, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1,
         0);
}

} // namespace ddll::host
