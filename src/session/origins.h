#pragma once
/// Which step made what: read from the journal.
#include "journal/journal.h"

#include <map>
#include <memory>
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
    std::map<std::uint64_t, std::uint32_t> references;                          ///< handed out
    std::map<DriverId, std::uint32_t> jobs;                                     ///< the last driver_async
    std::map<DriverId, std::uint32_t> pending;                                  ///< since when it waits
};

/// Reads them as the journal grows.
class OriginsReader {
public:
    OriginsReader();
    ~OriginsReader();
    OriginsReader(const OriginsReader&) = delete;
    /// Each entry once, in their order.
    void see(const journal::Entry& entry);
    const Origins& origins() const;

private:
    class Reader;
    std::unique_ptr<Reader> reader_;
};

} // namespace ddll::session
