#include "session/lines.h"

#include "session/protocol.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace ddll::session {

std::optional<std::string> LineReader::next() {
    std::size_t seen = 0;
    while (true) {
        const auto end = buffer_.find('\n', seen);
        if (end != buffer_.npos) {
            std::string line = buffer_.substr(0, end);
            buffer_.erase(0, end + 1);
            return line;
        }
        seen = buffer_.size();
        if (seen > longest_line) return std::nullopt;
        char bytes[16 * 1024];
        const ssize_t n = read(fd_, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return std::nullopt;
        buffer_.append(bytes, static_cast<std::size_t>(n));
    }
}

bool write_line(int fd, std::string_view text) {
    std::string line(text);
    line += '\n';
    for (std::size_t done = 0; done < line.size();) {
        const ssize_t n = send(fd, line.data() + done, line.size() - done, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return false;
        done += static_cast<std::size_t>(n);
    }
    return true;
}

} // namespace ddll::session
