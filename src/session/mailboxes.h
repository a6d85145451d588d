#pragma once
/// Messages that the processes of a session have not read yet.
#include "term/term.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::session {

/// The message of a driver monitor: {'UP'|'DOWN', Ref, driver, Name, Reason}.
struct DriverMessage {
    enum class Reason : std::uint8_t {
        loaded,
        unloaded,
        unload_cancelled,
        load_cancelled,
        permanent,
        load_failure, ///< {load_failure, Why}
        unknown,
    };
    std::uint64_t reference = 0;
    Reason reason = Reason::unknown;

    /// What was asked for has happened.
    bool reached() const { return reason == Reason::loaded || reason == Reason::unloaded; }
    /// In words; empty when the reason is unknown.
    std::string_view meaning() const;
};

/// Nothing for any other message.
std::optional<DriverMessage> driver_message(const term::Term& message);

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
