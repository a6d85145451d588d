#pragma once
/// What drivers have selected: which descriptor, for which port, in which direction, and which of it is ready now.
/// Bookkeeping only; what follows from it (callbacks, log lines) is decided in select.cpp.
///
/// poll(2), not epoll: there is no descriptor of our own that a driver could close, or that would shift the numbers a
/// driver gets; a closed descriptor is reported and not silently dropped; and regular files are always ready, as in the
/// emulator. It is linear in what is selected, but once for all that is ready together (a round): a quarter of a
/// millisecond for 5000 selected descriptors. With nothing selected there is no system call.
#include "base/id.h"
#include "host/made.h"

#include <poll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <unordered_map>
#include <vector>

namespace ddll::host {

enum class Direction : std::uint8_t { input, output };
inline constexpr std::array directions = {Direction::input, Direction::output};

/// Which file a descriptor number stands for, so that a number that was closed and used again is recognised.
struct FileIdentity {
    std::uint64_t device = 0, inode = 0; ///< both 0: no open descriptor
    explicit operator bool() const { return device != 0 || inode != 0; }
    friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};
FileIdentity identity_of(int descriptor);

/// A selected descriptor.
struct Selected {
    struct Half {
        PortId port;             ///< none: not selected in this direction
        bool ready = false;      ///< in the current round, and not called yet
        bool muted = false;      ///< not looked at until rest()
        std::uint32_t calls = 0; ///< callbacks since rest() or the last progress
    };
    std::array<Half, 2> halves;
    bool used = false; ///< ERL_DRV_USE: stop_select is owed
    FileIdentity file; ///< when it was selected
    Made made;         ///< the last call that began to be interested

    Half& operator[](Direction d) { return halves[static_cast<std::size_t>(d)]; }
    const Half& operator[](Direction d) const { return halves[static_cast<std::size_t>(d)]; }
    bool any() const { return halves[0].port || halves[1].port; }
};

class Poller {
public:
    struct Event {
        int descriptor;
        Direction direction;
    };

    Poller() = default;
    ~Poller();
    Poller(const Poller&) = delete;

    Selected* find(int descriptor);
    /// The port begins to be interested. The other direction, and `used`, stay as they are.
    void add(int descriptor, Direction direction, PortId port, const Made& made = {});
    /// The port is not interested any more; what was ready in this direction is not.
    void remove(int descriptor, Direction direction);
    void set_used(int descriptor, bool used);
    /// Descriptors selected for a port, ascending. Costs nothing for a port that has none.
    std::vector<int> of(PortId port) const;
    bool empty() const { return selected_.empty(); }

    // --- rounds ----------------------------------------------------------------------------------------------------

    /// Is something of the last round left to be called?
    bool round_open();
    /// Looks what is ready, without waiting. Gives the selected descriptors that are no open files.
    std::vector<int> look();
    /// What is ready and was not called yet, descriptors ascending and output before input; at most `most`.
    void ready(std::size_t most, std::vector<Event>& out);
    /// The callback of a ready event is about to run.
    void take(Event event);
    /// Leaves a direction alone until rest().
    void mute(Event event);
    /// Counts begin anew, and nothing is muted.
    void rest();

    // --- waiting in real time --------------------------------------------------------------------------------------

    /// Waits until a selected descriptor is ready, one of `also` can be read or wake() is called, at most `longest`;
    /// false when time was up.
    bool wait(std::chrono::milliseconds longest, std::span<const int> also = {});
    /// Ends a wait(), also one that only begins later. Any thread. Only after prepare_wake().
    void wake() const;
    /// Makes what wake() needs, once. Its descriptor lies far above those that a driver gets.
    void prepare_wake();

private:
    void list();

    std::map<int, Selected> selected_;
    std::unordered_map<PortId, std::uint32_t> counts_; ///< halves selected for a port
    std::vector<pollfd> polled_;                       ///< selected_ as poll(2) wants it
    bool listed_ = false;                              ///< polled_ is up to date
    std::vector<Event> round_;
    std::size_t at_ = 0;       ///< before it everything in round_ is over
    std::vector<int> counted_; ///< descriptors with calls or muted halves
    int wake_ = -1;
};

} // namespace ddll::host
