#include "scenario/peers.h"

#include "base/check.h"
#include "base/descriptor.h"
#include "base/text.h"
#include "journal/text.h"
#include "term/external.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fcntl.h>

#include <cerrno>
#include <cstring>
#include <optional>

namespace ddll::scenario {

using term::Term;

namespace {

// A journal entry holds 64 KiB; a piece of what arrived must fit into one.
constexpr std::size_t piece = 32 * 1024;

// The system connects to a listening socket of the same machine at once. A busy one may take a moment.
constexpr int connect_patience_ms = 1000;

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<Address> internet(const std::string& host, std::int64_t port) {
    if (port < 1 || port > 65535) return std::nullopt;
    Address out;
    if (host.find(':') != host.npos) {
        auto& a = reinterpret_cast<sockaddr_in6&>(out.storage);
        a.sin6_family = AF_INET6;
        a.sin6_port = htons(static_cast<std::uint16_t>(port));
        out.size = sizeof a;
        if (inet_pton(AF_INET6, host.c_str(), &a.sin6_addr) != 1) return std::nullopt;
    } else {
        auto& a = reinterpret_cast<sockaddr_in&>(out.storage);
        a.sin_family = AF_INET;
        a.sin_port = htons(static_cast<std::uint16_t>(port));
        out.size = sizeof a;
        if (inet_pton(AF_INET, host.c_str(), &a.sin_addr) != 1) return std::nullopt;
    }
    return out;
}

std::optional<Address> internet(const Term& where) {
    if (where.is(Term::Kind::integer)) return internet("127.0.0.1", where.as_integer());
    std::string host;
    if (!where.is_tuple(2) || !where.elements()[1].is(Term::Kind::integer) ||
        !term::iolist_to_bytes(where.elements()[0], host))
        return std::nullopt;
    return internet(host, where.elements()[1].as_integer());
}

std::optional<std::string> path_of(const Term& where) {
    std::string path;
    if (!term::iolist_to_bytes(where, path) || path.empty() || path.find('\0') != path.npos) return std::nullopt;
    return path;
}

std::optional<Address> local(const std::string& path) {
    Address out;
    auto& a = reinterpret_cast<sockaddr_un&>(out.storage);
    if (path.size() >= sizeof a.sun_path) return std::nullopt;
    a.sun_family = AF_UNIX;
    std::memcpy(a.sun_path, path.c_str(), path.size() + 1);
    out.size = sizeof a;
    return out;
}

int make_socket(int family) {
    const int made = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0) return made;
    const int descriptor = move_high(made);
    const int yes = 1;
    // A byte that is sent is to arrive before anything else happens, and not with the next one.
    if (family != AF_UNIX) setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return descriptor;
}

int finish_connect(int descriptor) {
    pollfd waiting{descriptor, POLLOUT, 0};
    if (poll(&waiting, 1, connect_patience_ms) == 0) return ETIMEDOUT;
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
    return error;
}

Peers::Done failed(int error) {
    return {error, {}};
}

Peers::Done mistaken(std::string text) {
    return {0, std::move(text)};
}

} // namespace

Peers::Peers(const std::vector<PeerDecl>& peers, journal::Journal& journal) : journal_(journal) {
    for (const PeerDecl& peer : peers) peers_[peer.name].kind = peer.kind;
}

Peers::~Peers() {
    for (auto& [name, peer] : peers_) drop(peer);
}

void Peers::arrived(const std::string& name, const Term& what) {
    journal_.write(journal::PeerReceived{name, term::encode(what)});
}

void Peers::drop(Peer& peer) {
    if (peer.descriptor >= 0) ::close(peer.descriptor);
    peer.descriptor = -1;
    peer.state = State::ended;
    peer.unsent.clear();
    peer.close_when_sent = false;
}

// Opened for writing too where it reads, and for reading where it writes: so neither open waits for the other side.
Peers::Done Peers::fifo(Peer& peer, const std::string& path, int mode) {
    const int made = ::open(path.c_str(), mode | O_NONBLOCK | O_CLOEXEC);
    if (made < 0) return failed(errno);
    peer.descriptor = move_high(made);
    peer.state = State::connected;
    return {};
}

Peers::Done Peers::connect(const std::string& name, const Term& where) {
    Peer& peer = peers_.at(name);
    if (peer.descriptor >= 0) return mistaken("it is open already");
    peer = Peer{peer.kind, State::idle, -1, false, true, {}, false};
    std::optional<Address> address;
    if (peer.kind == PeerKind::tcp) {
        address = internet(where);
        if (!address)
            return mistaken(fmt::format("{} is no TCP port: a number or {{Address, Number}}", term::print(where)));
        acted(name, fmt::format("connects to {}", term::print(where)));
    } else {
        const auto path = path_of(where);
        if (!path) return mistaken(fmt::format("{} is no path", term::print(where)));
        acted(name, fmt::format("{} {}", peer.kind == PeerKind::fifo ? "opens" : "connects to", *path));
        if (peer.kind == PeerKind::fifo) {
            peer.reads = false;
            return fifo(peer, *path, O_RDWR);
        }
        address = local(*path);
        if (!address) return failed(ENAMETOOLONG);
    }
    peer.descriptor = make_socket(address->storage.ss_family);
    if (peer.descriptor < 0) return failed(errno);
    int error = ::connect(peer.descriptor, address->get(), address->size) == 0 ? 0 : errno;
    if (error == EINPROGRESS) error = finish_connect(peer.descriptor);
    if (error != 0) {
        drop(peer);
        return failed(error);
    }
    peer.state = State::connected;
    return {};
}

Peers::Done Peers::listen(const std::string& name, std::uint16_t& chosen) {
    Peer& peer = peers_.at(name);
    if (peer.descriptor >= 0) return mistaken("it is open already");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const int descriptor = make_socket(AF_INET);
    if (descriptor < 0) return failed(errno);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(descriptor, generic, size) != 0 || ::listen(descriptor, SOMAXCONN) != 0 ||
        getsockname(descriptor, generic, &size) != 0) {
        const int error = errno;
        ::close(descriptor);
        return failed(error);
    }
    peer = Peer{peer.kind, State::listening, descriptor, false, false, {}, false};
    chosen = ntohs(address.sin_port);
    acted(name, "listens on a port that the system chooses");
    return {};
}

Peers::Done Peers::listen(const std::string& name, const Term& where) {
    Peer& peer = peers_.at(name);
    if (peer.descriptor >= 0) return mistaken("it is open already");
    const auto path = path_of(where);
    if (!path) return mistaken(fmt::format("{} is no path", term::print(where)));
    peer = Peer{peer.kind, State::idle, -1, false, true, {}, false};
    if (peer.kind == PeerKind::fifo) {
        acted(name, fmt::format("makes the fifo {} and reads from it", *path));
        if (mkfifo(path->c_str(), 0600) != 0) return failed(errno);
        return fifo(peer, *path, O_RDONLY);
    }
    acted(name, fmt::format("listens on {}", *path));
    auto address = local(*path);
    if (!address) return failed(ENAMETOOLONG);
    peer.reads = false;
    peer.descriptor = make_socket(AF_UNIX);
    if (peer.descriptor < 0) return failed(errno);
    if (bind(peer.descriptor, address->get(), address->size) != 0 || ::listen(peer.descriptor, SOMAXCONN) != 0) {
        const int error = errno;
        drop(peer);
        return failed(error);
    }
    peer.state = State::listening;
    return {};
}

Peers::Done Peers::accept(const std::string& name, const std::string& listener) {
    Peer& peer = peers_.at(name);
    if (peer.descriptor >= 0) return mistaken("it is open already");
    const Peer& from = peers_.at(listener);
    if (from.state != State::listening) return mistaken(fmt::format("{} does not listen", listener));
    acted(name, fmt::format("accepts a connection to {}", listener));
    const int made = accept4(from.descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (made < 0)
        return errno == EAGAIN ? mistaken(fmt::format("nobody has connected to {}", listener)) : failed(errno);
    peer = Peer{peer.kind, State::connected, move_high(made), false, true, {}, false};
    const int yes = 1;
    if (peer.kind == PeerKind::tcp) setsockopt(peer.descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    return {};
}

Peers::Done Peers::send(const std::string& name, const Term& iodata) {
    Peer& peer = peers_.at(name);
    std::string bytes;
    if (!term::iolist_to_bytes(iodata, bytes)) return mistaken(fmt::format("{} is no iodata", term::print(iodata)));
    if (peer.state != State::connected || peer.close_when_sent) return mistaken("it is not connected");
    acted(name, fmt::format("sends {}, {}", counted(bytes.size(), "byte"), journal::bytes_text(bytes)));
    peer.unsent += bytes;
    errno = 0;
    write_some(name, peer);
    return peer.state == State::connected ? Done{} : failed(errno);
}

Peers::Done Peers::close(const std::string& name, PeerClose how) {
    Peer& peer = peers_.at(name);
    if (peer.descriptor < 0) return mistaken("it is not open");
    if (how == PeerClose::writing) {
        if (peer.kind == PeerKind::fifo || peer.state != State::connected)
            return mistaken("only a connected socket has two directions");
        acted(name, "sends no more");
        peer.close_when_sent = true;
        write_some(name, peer);
        return {};
    }
    acted(name, how == PeerClose::reset ? "resets the connection" : "closes");
    if (how == PeerClose::reset) {
        if (peer.kind != PeerKind::tcp) return mistaken("only TCP has a reset");
        const linger at_once{1, 0};
        setsockopt(peer.descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    drop(peer);
    return {};
}

bool Peers::read_some(const std::string& name, Peer& peer) {
    if (peer.state != State::connected || !peer.reads) return false;
    static char bytes[piece];
    const ssize_t n = read(peer.descriptor, bytes, sizeof bytes);
    if (n > 0) {
        peer.hung_up = false;
        arrived(name, Term::binary({bytes, static_cast<std::size_t>(n)}));
        return true;
    }
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return false;
    if (n == 0 && peer.kind == PeerKind::fifo) {
        // No writer now. Only if there was one is that an end, and there may be another one later.
        pollfd look{peer.descriptor, POLLIN, 0};
        const bool ended = poll(&look, 1, 0) == 1 && (look.revents & POLLHUP) != 0 && !peer.hung_up;
        peer.hung_up = peer.hung_up || ended;
        if (ended) arrived(name, Term::atom("closed"));
        return ended;
    }
    peer.reads = false;
    const bool reset = n < 0;
    arrived(name, Term::atom(reset ? "reset" : "closed"));
    if (reset) drop(peer);
    return true;
}

bool Peers::write_some(const std::string& name, Peer& peer) {
    bool wrote = false;
    while (!peer.unsent.empty()) {
        const bool is_fifo = peer.kind == PeerKind::fifo; // never without a reader: it holds one itself
        const ssize_t n = is_fifo ? write(peer.descriptor, peer.unsent.data(), peer.unsent.size())
                                  : ::send(peer.descriptor, peer.unsent.data(), peer.unsent.size(), MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return wrote;
        if (n < 0) {
            const int error = errno;
            arrived(name, Term::atom("reset"));
            drop(peer);
            errno = error;
            return true;
        }
        peer.unsent.erase(0, static_cast<std::size_t>(n));
        wrote = true;
    }
    if (peer.close_when_sent && peer.state == State::connected) {
        shutdown(peer.descriptor, SHUT_WR);
        peer.close_when_sent = false;
        wrote = true;
    }
    return wrote;
}

bool Peers::pump() {
    bool any = false;
    for (auto& [name, peer] : peers_) {
        if (peer.state != State::connected) continue;
        any = (write_some(name, peer)) || any;
        while (read_some(name, peer)) any = true;
    }
    return any;
}

bool Peers::any_tcp() const {
    for (const auto& [name, peer] : peers_)
        if (peer.kind == PeerKind::tcp) return true;
    return false;
}

std::vector<int> Peers::open() const {
    std::vector<int> out;
    for (const auto& [name, peer] : peers_)
        if (peer.state == State::connected && peer.reads) out.push_back(peer.descriptor);
    return out;
}

} // namespace ddll::scenario
