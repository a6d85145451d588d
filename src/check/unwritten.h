#pragma once
/// Bytes that reached Erlang although the driver never wrote them. Internal to check/.
#include "check/check.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ddll::check {

/// The first answer or message with such bytes.
struct Unwritten {
    std::string call; ///< what led to it
    std::size_t bytes = 0;
};

struct UnwrittenLook {
    std::optional<Unwritten> found;
    std::string not_done;        ///< why it could not be looked at
    scenario::RunResult example; ///< one of the runs
};

/// `run` plays the same scenario with new memory filled with the byte. Two runs show whether there is
/// anything, two more leave nothing to chance: a driver may well send bytes that are never the same.
UnwrittenLook look_for_unwritten(const std::function<scenario::RunResult(std::uint8_t byte)>& run);

scenario::RunFinding unwritten_finding(const std::string& driver, const Unwritten& found);

} // namespace ddll::check
