#pragma once
/// Descriptors of our own in a process where drivers run.

namespace ddll {

/// Gives the file a number far above those that a driver gets, so that a driver sees the same numbers whatever we have
/// open; closes the old one. The new one is closed on exec. Where the system allows no such number the old one stays.
int move_high(int descriptor);
/// Whether it is one that move_high() gave. Any thread. May still be true when it is closed.
bool was_moved_high(int descriptor);

} // namespace ddll
