#include "scenario/work_folder.h"

#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
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

Result<void> write_file(const std::string& path, const std::string& bytes, bool truncate_existing) {
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (truncate_existing ? O_TRUNC : O_EXCL);
    const int fd = open(path.c_str(), flags, 0755);
    if (fd < 0) return failed("write", path, errno);
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t n = write(fd, bytes.data() + done, bytes.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int error_number = errno;
            close(fd);
            return failed("write", path, error_number);
        }
        done += static_cast<std::size_t>(n);
    }
    close(fd);
    return {};
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
    auto bytes = read_file(source, largest_driver);
    if (!bytes) return std::move(bytes).error();
    std::error_code code;
    fs::create_directories(fs::path(target).parent_path(), code);
    if (code) return failed("make the folder of", target, code.value());
    if (how == InstallHow::overwrite) return write_file(target, *bytes, true);
    const std::string fresh = target + ".new";
    unlink(fresh.c_str());
    if (auto written = write_file(fresh, *bytes, false); !written) return written;
    if (rename(fresh.c_str(), target.c_str()) != 0) return failed("rename a file to", target, errno);
    return {};
}

} // namespace ddll::scenario
