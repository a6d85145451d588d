#pragma once
/// Strong identifiers. A process number cannot be passed where a port number is wanted.
/// Numbers start at 1 and are never used twice within one host; 0 means "none".
#include <compare>
#include <cstdint>
#include <functional>

namespace ddll {

template <class Tag>
struct Id {
    std::uint64_t value = 0;

    constexpr explicit operator bool() const { return value != 0; }
    friend constexpr auto operator<=>(const Id&, const Id&) = default;
};

using ProcessId = Id<struct ProcessTag>; ///< a simulated Erlang process (pid)
using PortId = Id<struct PortTag>;       ///< a simulated port
using RefId = Id<struct RefTag>;         ///< a reference made by the host
using DriverId = Id<struct DriverTag>;   ///< a driver record; a reloaded driver keeps its number
using ImageId = Id<struct ImageTag>;     ///< one opening of one library file

} // namespace ddll

template <class Tag>
struct std::hash<ddll::Id<Tag>> {
    std::size_t operator()(const ddll::Id<Tag>& id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
