#pragma once
/// The child that an emulator of a session lives in: started, given orders, read, ended. One at a time; a new one may
/// be started when the last has died or can go no further.
#include "base/result.h"
#include "isolate/isolate.h"
#include "journal/journal.h"
#include "scenario/work_folder.h"
#include "session/protocol.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace ddll::session {

/// The child's side (live.cpp): reads orders from the socket until it is closed, then reports what is left over and
/// returns. Runs in the child, in the folder where drivers are to write what they write.
void live(int socket, journal::Journal& journal, words::Release release);

class Emulator {
public:
    using Clock = std::chrono::steady_clock;
    enum class State : std::uint8_t {
        not_started,
        running,
        stuck, ///< the child lives, and no step can be done any more
        gone,
    };
    struct Heard {
        std::function<void(const nlohmann::json&)> answer; ///< to the last order
        std::function<void(isolate::Ending)> ended;        ///< after its last answer
    };

    Emulator(isolate::Pool& pool, Heard heard) : pool_(pool), heard_(std::move(heard)) {}
    Emulator(const Emulator&) = delete;

    Result<void> start(std::shared_ptr<journal::Journal> journal, words::Release release);
    State state() const { return state_; }
    /// A child that cannot be written to is about to be collected.
    void send(const Order& order);
    /// Until when it must have done what it does now; nothing while it may take its time.
    void set_deadline(std::optional<Clock::time_point> deadline) { deadline_ = deadline; }
    void set_stuck() { state_ = State::stuck; }
    /// Nothing more will be asked: it reports what is left over, and returns.
    void hang_up();

    /// To be polled; -1 when there is none.
    int descriptor() const { return child_; }
    /// Takes what it has written, and gives the answers in it. False: nothing was there.
    bool read();

private:
    void ended(isolate::Ending ending);
    void close_child_end();

    isolate::Pool& pool_;
    Heard heard_;
    State state_ = State::not_started;
    std::uint64_t generation_ = 0; ///< of the child
    std::optional<scenario::WorkFolder> folder_;
    std::optional<Clock::time_point> deadline_;
    int child_ = -1;     ///< our end
    int child_end_ = -1; ///< the child's, until it has its own
    std::string unread_;
};

} // namespace ddll::session
