#include "doctor/process.h"

#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

namespace ddll::doctor {
namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;

std::string in_proc(pid_t pid, std::string_view what) {
    return fmt::format("/proc/{}/{}", pid, what);
}

/// Files of /proc have no size.
std::optional<std::string> read_all(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::string out{std::istreambuf_iterator<char>(in), {}};
    if (in.bad()) return std::nullopt;
    return out;
}

/// The fields of /proc/PID/stat that follow the name, which may have anything in it: state, parent, ...
std::vector<std::string> stat_fields(pid_t pid) {
    const auto text = read_all(in_proc(pid, "stat"));
    if (!text) return {};
    std::istringstream rest(text->substr(std::min(text->rfind(')') + 1, text->size())));
    return {std::istream_iterator<std::string>(rest), {}};
}

Error denied(pid_t pid) {
    return error(fmt::format("process {} belongs to another user: what it has mapped may not be read", pid),
                 "run ddlltool as the user of the node, or as root");
}

} // namespace

Result<Process> Process::open(pid_t pid) {
    if (access(in_proc(pid, "").c_str(), F_OK) != 0)
        return error(fmt::format("there is no process {}", pid),
                     "pgrep -a beam lists the nodes of this machine; ddlltool sees those of its own container only");
    Process out(pid);
    char path[4096];
    const ssize_t n = readlink(in_proc(pid, "exe").c_str(), path, sizeof path);
    if (n < 0) {
        if (errno == EACCES || errno == EPERM) return denied(pid);
        return error(fmt::format("process {} has ended", pid), "pgrep -a beam lists the nodes of this machine");
    }
    std::string program(path, static_cast<std::size_t>(n));
    constexpr std::string_view deleted = " (deleted)"; // the emulator itself was replaced
    if (program.ends_with(deleted)) program.resize(program.size() - deleted.size());
    out.program_ = program.substr(program.rfind('/') + 1);
    out.memory_ = ::open(in_proc(pid, "mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (out.memory_ < 0)
        out.trouble_ = fmt::format("its memory may not be read ({}; kernel.yama.ptrace_scope and capabilities decide)",
                                   std::strerror(errno));
    return out;
}

Process::Process(Process&& other) noexcept
    : pid_(other.pid_), program_(std::move(other.program_)), trouble_(std::move(other.trouble_)),
      memory_(std::exchange(other.memory_, -1)) {}

Process::~Process() {
    if (memory_ >= 0) close(memory_);
}

bool Process::runs_erlang() const {
    return program_ == "beam" || program_.starts_with("beam.");
}

std::optional<std::time_t> Process::started() const {
    constexpr std::size_t start_time = 22 - 3; // counted from the state, which is the third
    const auto fields = stat_fields(pid_);
    const auto machine = read_all("/proc/stat");
    const std::size_t at = machine ? machine->find("\nbtime ") : std::string::npos;
    if (fields.size() <= start_time || at == std::string::npos) return std::nullopt;
    const long long ticks = std::strtoll(fields[start_time].c_str(), nullptr, 10);
    const long long booted = std::strtoll(machine->c_str() + at + std::strlen("\nbtime "), nullptr, 10);
    return static_cast<std::time_t>(booted + ticks / sysconf(_SC_CLK_TCK) + 1);
}

Result<std::string> Process::maps() const {
    errno = 0;
    auto text = read_all(in_proc(pid_, "maps"));
    if (!text && (errno == EACCES || errno == EPERM)) return denied(pid_);
    if (!text || text->empty()) return error(fmt::format("process {} has ended", pid_));
    return *std::move(text);
}

std::string Process::root() const {
    return in_proc(pid_, "root");
}

std::vector<std::string> Process::library_path() const {
    constexpr std::string_view key = "LD_LIBRARY_PATH=";
    std::vector<std::string> out;
    std::istringstream environment(read_all(in_proc(pid_, "environ")).value_or(""));
    for (std::string entry; std::getline(environment, entry, '\0');) {
        if (!entry.starts_with(key)) continue;
        // The loader takes either sign between folders.
        std::ranges::replace(entry, ';', ':');
        std::istringstream folders(entry.substr(key.size()));
        for (std::string folder; std::getline(folders, folder, ':');) out.push_back(folder);
    }
    return out;
}

std::string Process::seen_by_it(const std::string& path) const {
    return root() + path;
}

Result<std::string> Process::mapped_file(std::uint64_t begin, std::uint64_t end) const {
    return read_file(in_proc(pid_, fmt::format("map_files/{:x}-{:x}", begin, end)), largest_file);
}

image::ReadMemory Process::reader() const {
    return [fd = memory_](std::uint64_t address, char* into, std::size_t size) {
        while (fd >= 0 && size > 0) {
            const ssize_t n = pread(fd, into, size, static_cast<off_t>(address));
            if (n <= 0 && errno == EINTR) continue;
            if (n <= 0) return false;
            address += static_cast<std::uint64_t>(n);
            into += n;
            size -= static_cast<std::size_t>(n);
        }
        return fd >= 0;
    };
}

std::optional<pid_t> node_below(pid_t pid) {
    std::multimap<pid_t, pid_t> children;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        if (name.empty() || !is_digit(name.front())) continue;
        const auto child = static_cast<pid_t>(std::strtol(name.c_str(), nullptr, 10));
        if (const auto fields = stat_fields(child); fields.size() > 1)
            children.emplace(static_cast<pid_t>(std::strtol(fields[1].c_str(), nullptr, 10)), child);
    }
    std::optional<pid_t> found;
    std::set<pid_t> seen{pid};
    std::vector<pid_t> open{pid};
    while (!open.empty()) {
        const pid_t parent = open.back();
        open.pop_back();
        const auto [first, last] = children.equal_range(parent);
        for (auto it = first; it != last; ++it) {
            if (!seen.insert(it->second).second) continue;
            open.push_back(it->second);
            const auto process = Process::open(it->second);
            if (!process || !process->runs_erlang()) continue;
            if (found) return std::nullopt;
            found = it->second;
        }
    }
    return found;
}

} // namespace ddll::doctor
