#pragma once
/// What one step caused, as a value: the same whether it is read from a journal (observer.h) or reported by a real
/// node. Expectations are compared with it, and `ddlltool verify` lays two of them side by side.
#include "journal/entry.h"
#include "term/expr.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace ddll::scenario {

/// Something that arrived, and whether before the step's call had returned.
struct Arrival {
    term::Term message;
    bool before_return = true;
    bool by_thread = false; ///< a thread of the driver's own sent it, at a moment that is chance
};

/// A callback, a loader event or an API call of the driver.
struct DriverCall {
    enum class Kind : std::uint8_t { callback, loader, api } kind = Kind::callback;
    std::optional<journal::Callback> callback; ///< nothing for an API call
    std::string name;
    std::string driver;
    std::string version; ///< empty when the scenario has no name for the code
    std::vector<term::Term> arguments;
    bool before_return = true;
};

/// Processes and peers are named as the scenario names them.
struct StepRecord {
    bool skipped = false;                        ///< the step could not be done
    std::string why;                             ///< ... because: "alice has ended", "P has no value"
    std::vector<term::Evaluated> returns;        ///< of each call; fewer when the caller ended in one
    std::map<std::string, term::Evaluated> late; ///< calls of earlier steps that returned, by process
    std::map<std::string, std::vector<Arrival>> messages;
    std::map<std::string, term::Term> exits; ///< reasons, by process
    std::vector<DriverCall> driver_calls;
    std::vector<std::string> logs;
    /// At a peer: bytes, as long as nothing else came between them, or the atoms closed and reset.
    std::map<std::string, std::vector<std::variant<std::string, term::Term>>> at_peers;
    std::optional<term::Term> info;   ///< erl_ddll:info() at the end of the step, where it was asked
    std::optional<std::string> death; ///< what ran the step died in it, and how
};

/// What a callback was given, as the documentation of scenario files lists it.
std::vector<term::Term> callback_arguments(journal::Callback callback, const term::Term& port, std::uint64_t a,
                                           std::string_view data);

/// A variable had no value: nothing was called.
bool never_called(const term::Evaluated& result);

} // namespace ddll::scenario
