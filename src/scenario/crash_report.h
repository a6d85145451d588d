#pragma once
/// How a driver died: where, in which callback, with which stack, and what to do next.
#include "isolate/isolate.h"
#include "scenario/result.h"
#include "scenario/versions.h"

#include <optional>
#include <string>
#include <utility>

namespace ddll::scenario {

/// The scenario's name for a port, or the port as it is printed.
std::string port_name(const RunResult& result, PortId port);

/// `step` is the one that had begun and not ended.
Death examine(const isolate::Ending& ending, const RunResult& result, const Versions& versions, std::uint32_t step);

/// The first part of an expected death that is not so: what was expected, what happened.
std::optional<std::pair<std::string, std::string>> unexpected_part(const ExpectedCrash& expected, const Death& death);

} // namespace ddll::scenario
