#pragma once
/// The lines of `driver_calls`: driver/version:callback(arguments).
#include "scenario/reader_texts.h"

namespace ddll::scenario {

/// Reads one line other than "|". Whether the driver and version exist is left to the caller; their spelling, the
/// callback's name and its arguments are checked here. `drivers` are names that may have a / in them: in front of the
/// colon, one of them is a driver, and of anything else what follows the last / is a version. Nothing when a mistake
/// was reported.
std::optional<DriverCallPattern> read_driver_call(ReadScope& context, Texts& texts, const Node& node,
                                                  const std::vector<std::string_view>& drivers);

} // namespace ddll::scenario
