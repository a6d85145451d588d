#pragma once
/// What status and why both say of a session's last state: the names of things, and which step made what.
#include "session/session_model.h"

#include <nlohmann/json.hpp>

namespace ddll::session {

class StateReader {
protected:
    /// Refers to the model, which has a state.
    explicit StateReader(const SessionModel& model)
        : model_(model), state_(*model.state()), origins_(model.origins()), namer_(model.names().namer()) {}

    std::string process(ProcessId id) const;
    std::string port(PortId id) const { return term::print(term::Term::port(id.value), namer_); }
    std::string reference(RefId id) const { return term::print(term::Term::reference(id.value), namer_); }
    /// Its number, and its call if it has one.
    nlohmann::json step(std::uint32_t index) const;
    /// Processes that wait for a message of erl_ddll, and for which.
    nlohmann::json waits(const DriverState& driver) const;

    const SessionModel& model_;
    const State& state_;
    const Origins& origins_;
    term::Namer namer_;
};

/// The answer to `status`: what there is; null for a session in which nothing was done.
nlohmann::json overview(const SessionModel* model);
/// The answer to `why`: what keeps a driver, and the shortest way to free it. Error: no driver of that name is loaded.
Result<nlohmann::json> why(const SessionModel& model, const std::string& driver);

} // namespace ddll::session
