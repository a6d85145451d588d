#pragma once
/// What processes of a node did with drivers, as the steps of a scenario: calls with what they returned, the ends of
/// processes, and time where a driver's timer ran out. Beside each stands what followed on the node until the next.
#include "base/time.h"
#include "record/call.h"
#include "record/copies.h"
#include "scenario/step_record.h"
#include "words/emulator.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace ddll::record {

struct Put {
    std::string driver, version, folder; ///< no version: the file was removed
};
struct Wait {
    Duration by;
};
/// The end of a process. One that a port may have caused is a step of its own only where nothing else does it.
struct End {
    term::Term process, reason;
    bool may_follow = false;
};

struct Message {
    term::Term to, message;
};

struct Item {
    template <class What>
    explicit Item(What w) : what(std::in_place_type<What>, std::move(w)) {}

    std::variant<Call, Put, Wait, End> what;
    std::string test_case{}; ///< that runs, or empty
    std::vector<Message> messages{};
    std::vector<scenario::DriverCall> driver_calls{}; ///< ports in arguments are numbers, 1 for the first that started
};

struct Process {
    term::Term pid;
    std::string name;
    bool trap_exit = false;
};

struct Story {
    std::string test_case{};
    std::vector<Process> processes{};
    std::vector<Item> items{};
    std::vector<End> followed{}; ///< ends that other steps cause
    bool traces_itself = false;  ///< the program has set traces of its own, where there is one tracer for all
    std::map<std::string, std::uint64_t> callbacks{}; ///< which each driver has, as Kind::callbacks says
};

/// No items for a node that has used no driver, or none of `only`, where that names some.
Story make_story(const NodeLog& log, const std::vector<std::string>& only, Copies& copies);

/// With each driver's file put in place before it is asked for.
Story with_files(Story story);
/// The pids, ports and references in a term, from left to right.
void for_each_identity(const term::Term& term, const std::function<void(const term::Term&)>& see);

} // namespace ddll::record
