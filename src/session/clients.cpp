#include "session/clients.h"

#include "session/lines.h"
#include "session/session_folder.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <iterator>

namespace ddll::session {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

namespace {

/// For answers that are on their way when the server ends.
constexpr std::chrono::milliseconds time_to_say_so{1000};
/// Between two looks at the others.
constexpr std::size_t most_read_at_once = std::size_t{1} << 20;
/// Who asks and never reads.
constexpr std::size_t most_unread = std::size_t{256} << 20;

} // namespace

Json error_json(const Error& e) {
    Json out = {{"message", e.message}};
    if (!e.hint.empty()) out["hint"] = e.hint;
    return {{"error", std::move(out)}};
}

Json ended_json() {
    Json out = error_json(error("the session has ended"));
    out["ended"] = true;
    return out;
}

void Clients::add_to(std::vector<pollfd>& fds) {
    fds.push_back({no_room_ ? -1 : listener_, POLLIN, 0});
    polled_.clear();
    for (Client& client : clients_) {
        polled_.push_back(&client);
        fds.push_back({client.fd, client.events(), 0});
    }
}

void Clients::act(std::span<const pollfd> polled, std::deque<ClientRequest>& queue) {
    if ((polled[0].revents & POLLIN) != 0) accept_all();
    for (std::size_t i = 0; i < polled_.size(); ++i)
        if (polled[i + 1].revents != 0) hear(*polled_[i], polled[i + 1].revents, queue);
}

bool Clients::has_unsent() const {
    return std::any_of(clients_.begin(), clients_.end(), [](const Client& c) { return !c.out.empty(); });
}

void Clients::flush() {
    for (auto it = clients_.begin(); it != clients_.end();) {
        flush(*it);
        if (it->said_all && it->awaits == 0 && it->out.empty()) it->gone = true;
        if (it->gone) no_room_ = false;
        it = it->gone ? (close(it->fd), clients_.erase(it)) : std::next(it);
    }
}

void Clients::accept_all() {
    while (true) {
        const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0) {
            no_room_ = errno == EMFILE || errno == ENFILE; // until a client goes
            return;
        }
        Client& client = clients_.emplace_back();
        client.number = ++last_;
        client.fd = fd;
        if (same_user(fd)) continue;
        send(client, error_json(error("this session belongs to another user")));
        flush(client);
        client.gone = true;
    }
}

void Clients::hear(Client& client, short events, std::deque<ClientRequest>& queue) {
    if ((events & POLLIN) != 0) {
        char bytes[16 * 1024];
        for (std::size_t all = 0; all < most_read_at_once;) {
            const ssize_t n = read(client.fd, bytes, sizeof bytes);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) client.gone = client.gone || errno != EAGAIN;
            if (n == 0) client.said_all = true;
            if (n <= 0) break;
            client.in.append(bytes, static_cast<std::size_t>(n));
            all += static_cast<std::size_t>(n);
        }
        take_lines(client, queue);
    }
    // Who is gone waits for no answer; what it asked for is done all the same.
    if ((events & (POLLHUP | POLLERR)) != 0) client.gone = true;
}

void Clients::take_lines(Client& client, std::deque<ClientRequest>& queue) {
    std::size_t begin = 0;
    for (auto end = client.in.find('\n', client.seen); end != client.in.npos; end = client.in.find('\n', begin)) {
        const std::string line = client.in.substr(begin, end - begin);
        begin = end + 1;
        ++client.awaits;
        const Json json = Json::parse(line, nullptr, false);
        auto request = json.is_discarded() ? Result<Request>(error("the request is no JSON")) : request_from(json);
        if (request)
            queue.push_back({client.number, *std::move(request)});
        else if (json.is_object() && json.contains("do") && json.at("do") == "stop") // also of another protocol
            queue.push_back({client.number, request_of(Request::Kind::stop)});
        else
            reply(client, error_json(request.error()));
    }
    client.in.erase(0, begin);
    client.seen = client.in.size();
    if (client.in.size() <= longest_line) return;
    client.in.clear();
    ++client.awaits;
    reply(client, error_json(error("the request is too long")));
    client.said_all = true;
}

void Clients::send(Client& client, const Json& json) {
    client.out += json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

void Clients::reply(Client& client, const Json& json) {
    if (client.awaits > 0) --client.awaits;
    send(client, json);
    if (client.out.size() > most_unread) client.gone = true;
}

void Clients::reply(std::uint64_t number, const Json& answer) {
    for (Client& client : clients_)
        if (client.number == number) reply(client, answer);
}

void Clients::flush(Client& client) {
    while (!client.out.empty() && !client.gone) {
        const ssize_t n = ::send(client.fd, client.out.data(), client.out.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            client.gone = errno != EAGAIN;
            return;
        }
        client.out.erase(0, static_cast<std::size_t>(n));
    }
}

void Clients::end_all() {
    const auto until = Clock::now() + time_to_say_so;
    for (int fd = 0; (fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
        Client& client = clients_.emplace_back();
        client.fd = fd;
        if (same_user(fd)) send(client, ended_json());
    }
    for (Client& client : clients_) {
        // Idle ones have asked for nothing yet: they may be about to.
        if (client.awaits > 0 || (client.out.empty() && !client.said_all)) send(client, ended_json());
        for (flush(client); !client.out.empty() && !client.gone && Clock::now() < until; flush(client)) {
            pollfd fd{client.fd, POLLOUT, 0};
            poll(&fd, 1, 10);
        }
        close(client.fd);
    }
    clients_.clear();
}

} // namespace ddll::session
