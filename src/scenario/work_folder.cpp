#include "scenario/work_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

namespace ddll::scenario {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_driver = std::size_t{1} << 30;

Error failed(std::string_view what, const std::string& path, int error_number) {
    return error(fmt::format("cannot {} {}: {}", what, path, std::strerror(error_number)));
}

/// A descriptor that is closed with it.
class Open {
public:
    Open(const std::string& path, int flags) : fd_(open(path.c_str(), flags | O_CLOEXEC, 0755)) {}
    ~Open() {
        if (fd_ >= 0) close(fd_);
    }
    Open(const Open&) = delete;
    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

private:
    int fd_;
};

/// Within the kernel: a library with all of its debug information has many megabytes.
Result<void> copy_bytes(const Open& from, const std::string& source, const std::string& target, int flags) {
    const Open to(target, O_WRONLY | O_CREAT | flags);
    if (!to) return failed("write", target, errno);
    for (std::size_t done = 0; done <= largest_driver;) {
        const ssize_t n = sendfile(to.fd(), from.fd(), nullptr, std::size_t{1} << 24);
        if (n == 0) return {};
        if (n > 0) done += static_cast<std::size_t>(n);
        if (n < 0 && errno != EINTR) return failed("write", target, errno);
    }
    return error(fmt::format("{} is larger than {} bytes", source, largest_driver));
}

} // namespace

Result<WorkFolder> WorkFolder::create() {
    const char* base = std::getenv("TMPDIR");
    std::string path = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/ddlltool-XXXXXX";
    if (mkdtemp(path.data()) == nullptr) return failed("make a work folder like", path, errno);
    return WorkFolder(path);
}

WorkFolder::~WorkFolder() {
    std::error_code ignored; // what cannot be removed is left for the system to clean
    if (!path_.empty()) fs::remove_all(path_, ignored);
}

Result<void> install_file(InstallHow how, const std::string& source, const std::string& target) {
    if (how == InstallHow::remove) {
        if (unlink(target.c_str()) != 0) return failed("remove", target, errno);
        return {};
    }
    const Open from(source, O_RDONLY);
    struct stat file {};
    if (!from || fstat(from.fd(), &file) != 0) return failed("read", source, errno);
    if (!S_ISREG(file.st_mode))
        return error(
            fmt::format("{} is {}", source, S_ISDIR(file.st_mode) ? "a folder, not a file" : "no regular file"));
    std::error_code code;
    fs::create_directories(fs::path(target).parent_path(), code);
    if (code) return failed("make the folder of", target, code.value());
    if (how == InstallHow::overwrite) return copy_bytes(from, source, target, O_TRUNC);
    const std::string fresh = target + ".new";
    unlink(fresh.c_str());
    if (auto written = copy_bytes(from, source, fresh, O_EXCL); !written) return written;
    if (rename(fresh.c_str(), target.c_str()) != 0) return failed("rename a file to", target, errno);
    return {};
}

} // namespace ddll::scenario
