#pragma once
/// What the parts of the random scenarios share: the dice, and what a scenario has in it so far.
#include "verify/random_scenario.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::verify {

/// splitmix64: the same everywhere, unlike the distributions of <random>.
class Dice {
public:
    Dice(std::uint64_t seed, std::uint64_t number);

    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    bool in(std::size_t chances, std::size_t of) { return below(of) < chances; }
    template <class Items>
    const auto& one_of(const Items& items) {
        return items[below(items.size())];
    }
    std::string_view pick(std::initializer_list<std::string_view> items) { return items.begin()[below(items.size())]; }

private:
    std::uint64_t next();

    std::uint64_t state_;
};

/// A port that the scenario has opened, or has tried to.
struct RandomPort {
    std::string name;  ///< the variable
    bool own = false;  ///< of the main driver
    std::string owner; ///< its opener's variable
};

/// A scenario that is being made.
struct RandomStory {
    RandomStory(std::uint64_t seed, std::uint64_t number) : dice(seed, number) {}

    Dice dice;
    RandomScenario scenario;
    std::string_view main_driver;        ///< the one that most calls are about
    bool wide = false;                   ///< it is one of drivers/wide/
    bool kill_ports = false;             ///< most loads ask for it
    std::string actor = "a";             ///< who makes the call that is being made
    bool has_been_busy = false;          ///< some port may be: a command to it waits
    std::vector<std::string> references; ///< variables: of driver monitors
    std::vector<std::string> names;      ///< that a process or port was given
    std::vector<std::string> monitors;   ///< variables: of monitors of processes and ports
    std::vector<RandomPort> ports;

    std::string pid() { return std::string(dice.pick({"A", "B", "C"})); }
    std::string process() { return std::string(dice.pick({"a", "b", "c"})); }
    /// The variable of the process that makes the call.
    std::string self() const { return std::string(1, static_cast<char>(actor[0] - 'a' + 'A')); }
    /// A variable that has none of the names so far, which it joins.
    static std::string fresh(std::vector<std::string>& names, char letter);
    /// A new port's variable.
    std::string fresh_port(bool own);

    /// These add a step.
    void install(std::string_view driver, std::string_view version, std::string_view into);
    void call(std::string_view by, RandomCall call) { batch(by, {std::move(call)}); }
    void batch(std::string_view by, std::vector<RandomCall> calls);
    void other(std::string json);
    void advance(std::size_t milliseconds);
};

/// `text` as a JSON string.
std::string json_text(std::string_view text);

/// "function(argument, argument)". Arguments are made in their order: as in any list in braces, and in no other call.
std::string applied(std::string_view function, std::initializer_list<std::string> arguments);

/// A call about loading and unloading, and about ports as far as drivers that are loaded or not care. One of a batch
/// does not wait.
RandomCall lifecycle_call(RandomStory& story, bool in_batch);
/// A file put in place, or taken away.
void install_something(RandomStory& story);

/// A call about ports, processes and what the API of drivers can do.
RandomCall wide_call(RandomStory& story, bool in_batch);
/// Opens a port of the main driver, which is a wide one.
RandomCall open_wide(RandomStory& story);
/// What a callback of drivers/wide.c is told to do besides, for port_control/3 with 2: "tT5e". See the driver for the
/// letters.
std::string random_plan(RandomStory& story, std::string_view callback);

/// Several steps which lead to what chance alone seldom reaches: a load that waits, a port that takes its time to
/// close, a driver that is locked twice.
void lead_somewhere(RandomStory& story);

} // namespace ddll::verify
