#pragma once
/// What driver code has of malloc and mmap, compared before a load and after the unload. A library may keep memory by
/// design: what it keeps once is the same after each cycle, and what it keeps for later it refers to.
#include "host/probe/memory_watch.h"
#include "words/emulator.h"

#include <map>
#include <string>
#include <tuple>
#include <vector>

namespace ddll::host {

/// Who asked: the owner of the code (see Piece), the place in it, and whether it was mmap.
struct Site {
    std::uint16_t owner = 0;
    std::uintptr_t place = 0;
    bool mapping = false;
    auto operator<=>(const Site&) const = default;
};

struct Held {
    std::int64_t bytes = 0;
    std::uint64_t calls = 0; ///< in so many different callbacks it was asked for
};
using HeldBySite = std::map<Site, Held>;
struct HeldAt : Held {
    Site site;
};

/// Of one driver, and what was asked for by no driver's library.
HeldBySite held_by(const Pieces& pieces, std::uint16_t owner);

/// What is more now. A place that has more while another one has less of the same kind is told with the difference
/// only: a cache gives up what it got here for what it gets there. The largest first, and few of them.
std::vector<HeldAt> grown(const HeldBySite& before, const HeldBySite& now);

/// What the driver's own library asked for since `call`, in many callbacks, and to which nothing refers any more: no
/// word in the process leads to many of them, neither directly nor by way of others. All that was asked for there and
/// not freed is told: how much of it is lost depends on what lies in memory that nobody uses. Takes milliseconds when
/// there is much of it, else nothing.
std::vector<HeldAt> lost(const Pieces& pieces, std::uint16_t owner, std::uint32_t call);

} // namespace ddll::host
