#pragma once
/// The order in which an emulator looks through the links of a process or of a port: it keeps them in a red-black tree,
/// by number, and goes through that from the leaves to the root (measured on OTP 25; nothing promises it).
#include "host/processes/links.h"

#include <vector>

namespace ddll::host {

/// `links` in the order in which they were made, none twice; the first to be told comes first. A link that was removed
/// in between leaves no trace here, though it may in the emulator's tree.
std::vector<Linked> in_tree_order(const std::vector<Linked>& links);

} // namespace ddll::host
