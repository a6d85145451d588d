#pragma once
/// Which step made what: read from the journal.
#include "journal/journal.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::session {

/// Steps count from 0.
struct Origins {
    std::map<PortId, std::uint32_t> ports;                                      ///< opened
    std::map<std::pair<DriverId, ProcessId>, std::vector<std::uint32_t>> loads; ///< that still count, oldest first
    std::map<std::uint64_t, std::uint32_t> references;                          ///< given to somebody
    std::map<DriverId, std::uint32_t> jobs;                                     ///< the last driver_async
    std::map<DriverId, std::uint32_t> pending;                                  ///< since when it waits
};

/// `api_function` names the rows of the driver API.
Origins origins_in(const journal::Journal& journal, std::string_view (*api_function)(std::uint16_t));

} // namespace ddll::session
