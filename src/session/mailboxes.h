#pragma once
/// Messages that the processes of a session have not read yet.
#include "session/driver_message.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ddll::session {

struct Message {
    std::uint32_t step = 0;                 ///< in which it came, from 0
    std::string text;                       ///< Erlang, with the session's names
    std::optional<DriverMessage> of_driver; ///< when it is one of erl_ddll's
};

class Mailboxes {
public:
    void deliver(const std::string& process, Message message) { boxes_[process].push_back(std::move(message)); }

    std::size_t unread(const std::string& process) const;
    /// All of them, oldest first; they stay unread with `keep`.
    std::vector<Message> read(const std::string& process, bool keep);
    /// The one that erl_ddll promised by that reference, once it is there; it stays unread.
    std::optional<Message> promised(const std::string& process, std::uint64_t reference) const;

private:
    std::map<std::string, std::vector<Message>> boxes_; ///< by process
};

} // namespace ddll::session
