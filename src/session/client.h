#pragma once
/// The other end: finds the session or starts it, asks, and gives the answer.
#include "session/protocol.h"
#include "session/server.h"
#include "session/session_folder.h"

#include <nlohmann/json.hpp>

#include <memory>
#include <string>

namespace ddll::session {

class Connection {
public:
    /// Connects, and starts the server when none is there and `may_start`. Null: there is none.
    static Result<std::unique_ptr<Connection>> open(const SessionFolder& folder, bool may_start,
                                                    const ServerOptions& options);
    Connection(const Connection&) = delete;
    ~Connection();

    /// Whether this connection began the session; then what is known of how the last one of that name ended.
    bool started() const { return started_; }
    const std::string& last_ending() const { return last_ending_; }

    /// One request and its answer. Error: the server is gone, or the answer makes no sense.
    Result<nlohmann::json> ask(const Request& request) const;

private:
    explicit Connection(int fd) : fd_(fd) {}
    int fd_;
    bool started_ = false;
    std::string last_ending_;
};

} // namespace ddll::session
