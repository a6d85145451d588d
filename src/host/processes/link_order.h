#pragma once
/// The order in which an emulator looks through the links of a process or of a port: it keeps them in a red-black tree,
/// by number, and goes through that from the leaves to the root (measured on OTP 25; nothing promises it).
#include "base/id.h"

#include <variant>
#include <vector>

namespace ddll::host {

/// One end of a link: a process or a port.
using Linked = std::variant<ProcessId, PortId>;

/// A link that was made, or removed.
struct LinkChange {
    Linked other;
    bool made = true;
};

/// What is left after these changes; the first to be told comes first. A link that is there is not made again, and one
/// that is not there is not removed.
std::vector<Linked> in_tree_order(const std::vector<LinkChange>& changes);

} // namespace ddll::host
