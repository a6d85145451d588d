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

} // namespace ddll::session
