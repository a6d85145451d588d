#pragma once
/// The lanes of a timeline while it is being read: numbers of the journal to numbers of lanes.
#include "report/naming.h"
#include "report/timeline.h"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ddll::report {

/// Every function gives the lane, and makes it when it is new; names are those known at that moment.
class Lanes {
public:
    std::uint32_t process(ProcessId id, const Naming& naming);
    std::uint32_t driver(DriverId id, const Naming& naming);
    std::uint32_t port(PortId id, const Naming& naming);
    std::uint32_t image(ImageId id, DriverId driver, const Naming& naming);
    std::uint32_t thread(std::uint16_t number, std::string_view name = {});
    std::uint32_t peer(const std::string& name);
    /// The lane's port or library is gone: the next one of that name goes on in it.
    void leave(std::uint32_t lane);
    std::uint32_t driver_named(std::string_view name) const; ///< nobody when there is none

    /// Puts the lanes that something refers to into their order, and renumbers what refers to them.
    void sort_into(Timeline& timeline);

private:
    std::uint32_t lane(LaneKind kind, std::uint64_t number, const std::string& name);

    std::vector<Lane> lanes_;
    std::map<std::pair<LaneKind, std::uint64_t>, std::uint32_t> known_;
    std::map<std::string, std::uint64_t> peers_;
    std::map<std::pair<LaneKind, std::string>, unsigned> used_;
    std::map<std::pair<LaneKind, std::string>, std::uint32_t> left_; ///< lanes that nobody lives in any more
};

} // namespace ddll::report
