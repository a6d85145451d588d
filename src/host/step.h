#pragma once
/// What can happen next in a host, and who picks it. Everything that the real emulator does "later" is a Step here.
#include "base/id.h"

#include <cstddef>
#include <cstdint>
#include <span>

namespace ddll::host {

struct Step {
    /// In the order in which steps are offered: the first kinds are bound to come before the later ones, as measured.
    enum class Kind : std::uint8_t {
        exit_scan,    ///< a process that ended gives its loads back (subject: process)
        exit_signals, ///< ... and tells its links, which may close ports (subject: process)
        collect,      ///< a driver without holds leaves (subject: driver)
        free_port,    ///< a closed port's structure goes (subject: port)
        resume,       ///< a blocked call got its answer and returns (subject: process)
        timeout,      ///< a port's timer is due (subject: port)
        ready_input,  ///< a selected descriptor can be read (subject: descriptor)
        ready_output, ///< a selected descriptor can be written (subject: descriptor)
        async_end,    ///< a job's result is delivered (subject: job number)
        thread,       ///< a thread of the driver's or of the pool goes on (subject: its number)
        program_end,  ///< the port of an external program closes (subject: port)
    };
    Kind kind;
    std::uint64_t subject = 0;
};

/// Picks one of the steps that may happen now. `ready` is never empty; the answer must be a valid index.
/// Called by the thread that steps the host, or by one that has to wait and lets another go on; never by two at once.
class Chooser {
public:
    virtual ~Chooser() = default;
    virtual std::size_t choose(std::span<const Step> ready) = 0;
};

/// Always the first: oldest first within a kind. What the emulator does when nothing else disturbs it.
class FirstInFirstOut final : public Chooser {
public:
    std::size_t choose(std::span<const Step>) override { return 0; }
};

/// Any of the steps that have no order between them, by a seed: the same seed gives the same choices. What the emulator
/// fixes stays fixed, because then only one step is offered.
class Shuffled final : public Chooser {
public:
    explicit Shuffled(std::uint64_t seed) : state_(seed) {}
    std::size_t choose(std::span<const Step> ready) override {
        if (ready.size() == 1) return 0;
        // splitmix64: small, and the same on every machine, which the standard library's distributions are not.
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        z ^= z >> 31;
        return static_cast<std::size_t>(z % ready.size());
    }

private:
    std::uint64_t state_;
};

/// As FirstInFirstOut, but for what comes from different threads of an emulator, which are chance to each other: due
/// timers, ready descriptors, and jobs, threads and programs that end. Which of these three go first is one of the six
/// orders; within each the first one does.
class OneOrderOfKinds final : public Chooser {
public:
    static constexpr unsigned orders = 6;
    /// The first one, 0, is timers, descriptors, all else.
    explicit OneOrderOfKinds(unsigned order) : order_(order % orders) {}
    std::size_t choose(std::span<const Step> ready) override {
        std::size_t best = 0;
        for (std::size_t i = 1; i < ready.size(); ++i)
            if (place(ready[i].kind) < place(ready[best].kind)) best = i;
        return best;
    }

private:
    /// Of three kinds in each of the six orders.
    unsigned place(Step::Kind kind) const {
        constexpr unsigned char places[orders][3] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {2, 0, 1}, {1, 2, 0}, {2, 1, 0}};
        switch (kind) {
        case Step::Kind::timeout:
            return places[order_][0];
        case Step::Kind::ready_input:
        case Step::Kind::ready_output:
            return places[order_][1];
        case Step::Kind::async_end:
        case Step::Kind::thread:
        case Step::Kind::program_end:
            return places[order_][2];
        default:
            return 0; // it comes alone
        }
    }

    unsigned order_;
};

} // namespace ddll::host
