#pragma once
/// The clients of a server: sockets of this user, requests that come in as lines, answers that go out as lines. A
/// client that is slow, silent or gone does not keep the others waiting.
#include "session/protocol.h"

#include <nlohmann/json.hpp>
#include <poll.h>

#include <cstdint>
#include <deque>
#include <list>
#include <span>
#include <string>
#include <vector>

namespace ddll::session {

nlohmann::json error_json(const Error& e);
/// The request was not looked at: its client may ask another server.
nlohmann::json ended_json();

struct ClientRequest {
    std::uint64_t client = 0; ///< 0: the server itself
    Request request;
};

/// The listening socket stays its owner's.
class Clients {
public:
    explicit Clients(int listener) : listener_(listener) {}

    /// The listening socket first, then one for each.
    void add_to(std::vector<pollfd>& fds);
    /// The same ones, in the same order, with what poll said. Requests that have come are behind those of `queue` then.
    void act(std::span<const pollfd> polled, std::deque<ClientRequest>& queue);
    /// A client that has gone in the meantime gets nothing.
    void reply(std::uint64_t client, const nlohmann::json& answer);
    /// Sends what can be sent, and forgets clients that have everything.
    void flush();
    bool has_unsent() const;
    /// Answers all clients, also new ones, that nothing will be done any more, and waits a moment for slow readers.
    /// None is left then.
    void end_all();

private:
    struct Client {
        std::uint64_t number = 0;
        int fd = -1;
        std::string in, out;
        std::size_t seen = 0;   ///< of `in`: there is no line end in it
        std::size_t awaits = 0; ///< answers
        bool said_all = false;  ///< it will ask for nothing more
        bool gone = false;
        short events() const { return static_cast<short>((said_all ? 0 : POLLIN) | (out.empty() ? 0 : POLLOUT)); }
    };

    void accept_all();
    static void hear(Client& client, short events, std::deque<ClientRequest>& queue);
    static void take_lines(Client& client, std::deque<ClientRequest>& queue);
    static void send(Client& client, const nlohmann::json& json);
    static void reply(Client& client, const nlohmann::json& json);
    static void flush(Client& client);

    int listener_;
    std::list<Client> clients_;
    std::vector<Client*> polled_;
    std::uint64_t last_ = 0;
    bool no_room_ = false; ///< for another descriptor
};

} // namespace ddll::session
