#pragma once
/// Lines over a socket.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ddll::session {

/// Blocking: for clients and the child.
class LineReader {
public:
    explicit LineReader(int fd) : fd_(fd) {}
    /// Without its line feed; nothing at the end, after an error, or when a line grows past longest_line.
    std::optional<std::string> next();

private:
    int fd_;
    std::string buffer_;
};

/// The whole line with its line feed; false when the other side has gone. Never raises SIGPIPE.
bool write_line(int fd, std::string_view text);

} // namespace ddll::session
