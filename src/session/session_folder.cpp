#include "session/session_folder.h"

#include "base/text.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace ddll::session {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_name = 64;

Error failed(std::string_view what, const std::string& path, int error_number) {
    return error(fmt::format("cannot {} {}: {}", what, path, std::strerror(error_number)));
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
}

// A socket's address is short; a path through an open folder always fits.
class Address {
public:
    explicit Address(const std::string& path) {
        const auto slash = path.rfind('/');
        folder_ = open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
        const std::string text = fmt::format("/proc/self/fd/{}/{}", folder_, path.substr(slash + 1));
        address_.sun_family = AF_UNIX;
        std::memcpy(address_.sun_path, text.c_str(), std::min(text.size(), sizeof address_.sun_path - 1));
    }
    ~Address() {
        if (folder_ >= 0) close(folder_);
    }
    Address(const Address&) = delete;
    const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
    static socklen_t size() { return sizeof(sockaddr_un); }

private:
    int folder_;
    sockaddr_un address_{};
};

} // namespace

Result<std::string> session_name(const std::string& given) {
    std::string name = given.empty() ? variable("DDLLTOOL_SESSION") : given;
    if (name.empty()) name = "default";
    const auto good = [](char c) { return is_word(c) || c == '-'; };
    if (name.size() > longest_name || !std::all_of(name.begin(), name.end(), good))
        return error(fmt::format("{} is no name for a session", name),
                     fmt::format("letters, digits, _ and -, at most {}", longest_name));
    return name;
}

Result<SessionFolder> SessionFolder::find(const std::string& session) {
    // A path that is not absolute would be another one for the server, which works elsewhere.
    std::string runtime = variable("XDG_RUNTIME_DIR"), base = variable("TMPDIR");
    if (!runtime.starts_with('/')) runtime.clear();
    if (!base.starts_with('/')) base = "/tmp";
    const std::string folder = runtime.empty() ? fmt::format("{}/ddlltool-{}", base, getuid()) : runtime + "/ddlltool";
    const std::string hint = "XDG_RUNTIME_DIR names the folder that sessions are kept in";
    if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
        Error e = failed("make the folder", folder, errno);
        e.hint = hint;
        return e;
    }
    struct stat st {};
    if (lstat(folder.c_str(), &st) != 0) return failed("look at", folder, errno);
    if (!S_ISDIR(st.st_mode)) return error(fmt::format("{} is no folder", folder), hint);
    if (st.st_uid != getuid()) return error(fmt::format("{} belongs to another user", folder), hint);
    if ((st.st_mode & 077) != 0)
        return error(fmt::format("{} is open to other users", folder), fmt::format("chmod 700 {}", folder));
    return SessionFolder(folder, session);
}

bool same_user(int socket) {
    ucred peer{};
    socklen_t size = sizeof peer;
    return getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid();
}

Result<std::optional<int>> SessionFolder::connect() const {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    const std::string path = file(".sock");
    const Address address(path);
    if (::connect(fd, address.get(), Address::size()) != 0) {
        const int why = errno;
        close(fd);
        if (why == ENOENT || why == ECONNREFUSED || why == ENOTDIR) return std::optional<int>();
        return failed("connect to", path, why);
    }
    if (!same_user(fd)) {
        close(fd);
        return error(fmt::format("the session at {} belongs to another user", path));
    }
    return std::optional<int>(fd);
}

Result<int> SessionFolder::listen() const {
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return error(fmt::format("cannot make a socket: {}", std::strerror(errno)));
    const std::string path = file(".sock");
    unlink(path.c_str());
    const Address address(path);
    const mode_t mask = umask(0177);
    const int bound = bind(fd, address.get(), Address::size());
    const int why = errno;
    umask(mask);
    if (bound != 0 || ::listen(fd, 512) != 0) {
        const int number = bound != 0 ? why : errno;
        close(fd);
        return failed("listen at", path, number);
    }
    return fd;
}

Result<std::optional<int>> SessionFolder::lock() const {
    const std::string path = file(".lock");
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) return failed("open", path, errno);
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return std::optional<int>(fd);
    const int why = errno;
    close(fd);
    if (why == EWOULDBLOCK) return std::optional<int>();
    return failed("lock", path, why);
}

void SessionFolder::leave_ending(const std::string& text) const {
    std::ofstream(file(".ended"), std::ios::trunc) << text;
}

std::optional<std::string> SessionFolder::last_ending() const {
    auto text = read_file(file(".ended"), 64 * 1024);
    if (!text || text->empty()) return std::nullopt;
    return *std::move(text);
}

void SessionFolder::forget_ending() const {
    unlink(file(".ended").c_str());
}

bool SessionFolder::was_killed() const {
    if (access(file(".sock").c_str(), F_OK) != 0) return false;
    auto mine = lock();
    if (!mine || !*mine) return false;
    close(**mine);
    return true;
}

void SessionFolder::clear() const {
    unlink(file(".sock").c_str());
    std::error_code ignored;
    fs::remove_all(store(), ignored);
}

std::vector<std::string> SessionFolder::all() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_, ignored))
        if (entry.path().extension() == ".lock") names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace ddll::session
