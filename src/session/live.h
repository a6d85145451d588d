#pragma once
/// The child's side of a session: an emulator that does one step after the other as it is told, and journals.
#include "journal/journal.h"

#include <cstdint>
#include <string_view>

namespace ddll::session {

/// Reads orders from the socket until it is closed, then reports what is left over and returns. Runs in the child, in
/// the folder where drivers are to write what they write.
void live(int socket, journal::Journal& journal);

} // namespace ddll::session
