#pragma once
/// The other side of a driver's descriptors: clients, servers and writers that the scenario itself acts for. They live
/// in the process of the drivers, on non-blocking descriptors; between two steps of the host pump() lets them take what
/// has arrived. Nothing waits: what one end writes on the same machine the other end has.
#include "journal/journal.h"
#include "scenario/scenario.h"
#include "term/term.h"

#include <map>
#include <string>
#include <vector>

namespace ddll::scenario {

class Peers {
public:
    Peers(const std::vector<PeerDecl>& peers, journal::Journal& journal);
    ~Peers();
    Peers(const Peers&) = delete;

    /// How an action ended. `error` is an errno, 0 when it was done; `mistake` says why the scenario cannot ask for it.
    struct Done {
        int error = 0;
        std::string mistake;
        bool ok() const { return error == 0 && mistake.empty(); }
    };
    /// `where`: a TCP port number (of 127.0.0.1), {Address, Number}, or a path.
    Done connect(const std::string& peer, const term::Term& where);
    /// Of TCP, on a number that the system chooses.
    Done listen(const std::string& peer, std::uint16_t& chosen);
    /// Of a UNIX socket or a fifo, on a path that does not exist yet.
    Done listen(const std::string& peer, const term::Term& path);
    /// Takes the oldest connection that waits at `listener`.
    Done accept(const std::string& peer, const std::string& listener);
    /// What does not fit into the system's buffers goes out with pump(), before anything sent later.
    Done send(const std::string& peer, const term::Term& iodata);
    Done close(const std::string& peer, PeerClose how);

    /// Takes what has arrived and sends what is left to send; false when there was nothing of either.
    bool pump();
    /// Connections whose bytes may still be on their way: the system delivers at once, except when it is very busy.
    bool any_tcp() const;
    /// Descriptors on which something may still arrive, for a wait in real time.
    std::vector<int> open() const;

private:
    enum class State : std::uint8_t { idle, listening, connected, ended };
    struct Peer {
        PeerKind kind;
        State state = State::idle;
        int descriptor = -1;
        bool hung_up = false; ///< of a fifo: the last writer has closed, and that was reported
        bool reads = true;    ///< false: nothing more can arrive
        std::string unsent;
        bool close_when_sent = false; ///< writing ends when `unsent` is out
    };

    void acted(const std::string& name, std::string_view what) { journal_.write(journal::PeerActed{name, what}); }
    void arrived(const std::string& name, const term::Term& what);
    bool read_some(const std::string& name, Peer& peer);
    bool write_some(const std::string& name, Peer& peer);
    void drop(Peer& peer);
    Done fifo(Peer& peer, const std::string& path, int mode);

    std::map<std::string, Peer> peers_;
    journal::Journal& journal_;
};

} // namespace ddll::scenario
