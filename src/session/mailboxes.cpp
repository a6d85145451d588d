#include "session/mailboxes.h"

#include <utility>

namespace ddll::session {

std::size_t Mailboxes::unread(const std::string& process) const {
    const auto box = boxes_.find(process);
    return box == boxes_.end() ? 0 : box->second.size();
}

std::vector<Message> Mailboxes::read(const std::string& process, bool keep) {
    const auto box = boxes_.find(process);
    if (box == boxes_.end()) return {};
    return keep ? box->second : std::exchange(box->second, {});
}

std::optional<Message> Mailboxes::promised(const std::string& process, std::uint64_t reference) const {
    const auto box = boxes_.find(process);
    if (box == boxes_.end()) return std::nullopt;
    for (const Message& message : box->second)
        if (message.of_driver && message.of_driver->reference == reference) return message;
    return std::nullopt;
}

} // namespace ddll::session
