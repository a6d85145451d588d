#pragma once
/// A process of this machine as /proc shows it. Only reads.
#include "base/result.h"
#include "image/mapped.h"

#include <sys/types.h>

#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace ddll::doctor {

class Process {
public:
    /// Errors: there is none of that number, or it belongs to another user.
    static Result<Process> open(pid_t pid);
    ~Process();
    Process(Process&& other) noexcept;
    Process(const Process&) = delete;

    pid_t pid() const { return pid_; }
    const std::string& program() const { return program_; } ///< name of the file that it runs: "beam.smp"
    bool runs_erlang() const;
    /// Seconds since 1970, rounded up; nothing when /proc does not say.
    std::optional<std::time_t> started() const;

    Result<std::string> maps() const;
    /// Where its "/" lies for us: it may be in a container.
    std::string root() const;
    /// LD_LIBRARY_PATH that it was started with.
    std::vector<std::string> library_path() const;
    /// The path as the process itself sees it.
    std::string seen_by_it(const std::string& path) const;
    /// The file behind a mapping, also one whose name is gone; needs more rights than the rest.
    Result<std::string> mapped_file(std::uint64_t begin, std::uint64_t end) const;

    bool memory_is_readable() const { return memory_ >= 0; }
    const std::string& memory_trouble() const { return trouble_; } ///< why it is not
    image::ReadMemory reader() const;

private:
    explicit Process(pid_t pid) : pid_(pid) {}

    pid_t pid_;
    std::string program_, trouble_;
    int memory_ = -1;
};

/// The Erlang node among the children of `pid` and theirs; nothing when there is none, or several.
std::optional<pid_t> node_below(pid_t pid);

} // namespace ddll::doctor
