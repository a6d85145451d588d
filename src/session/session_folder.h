#pragma once
/// Where sessions are: a folder of the user's own with a socket, a lock and what an ended session left behind.
#include "base/descriptor.h"
#include "base/result.h"

#include <optional>
#include <string>
#include <vector>

namespace ddll::session {

class SessionFolder {
public:
    /// $XDG_RUNTIME_DIR/ddlltool, or ddlltool-UID in $TMPDIR or /tmp: made if need be, with mode 0700. Refused when it
    /// belongs to another user or is open to others.
    static Result<SessionFolder> find(const std::string& session);

    const std::string& session() const { return session_; }
    const std::string& folder() const { return folder_; }
    std::string file(std::string_view suffix) const { return folder_ + "/" + session_ + std::string(suffix); }
    std::string store() const { return file(".files"); } ///< copies of driver files

    /// A connected socket; nothing when no server listens there. Error: the server is another user's, or the system
    /// says no.
    Result<std::optional<int>> connect() const;
    /// A listening socket, in place of one that was left behind. Only for the holder of the lock.
    Result<int> listen() const;
    /// The lock that a server holds as long as it lives; nothing when another one has it.
    Result<std::optional<int>> lock() const;

    /// How the last session of this name ended, for the next command.
    void leave_ending(const std::string& text) const;
    std::optional<std::string> last_ending() const;
    void forget_ending() const;
    /// Whether a server was there that did not end by itself: its socket is left, and the lock is free.
    bool was_killed() const;
    void clear() const; ///< socket and copies of a session that has ended

    /// Names of all sessions in the folder, sorted.
    std::vector<std::string> all() const;

private:
    SessionFolder(std::string folder, std::string session) : folder_(std::move(folder)), session_(std::move(session)) {}
    std::string folder_, session_;
};

/// The session meant: what was given, else $DDLLTOOL_SESSION, else "default". Error: it is no name for a file.
Result<std::string> session_name(const std::string& given);

/// Is the other side of the socket the same user?
bool same_user(int socket);

} // namespace ddll::session
