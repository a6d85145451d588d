#pragma once
/// A driver in the host's list: its record (the rules' view), its entry's callbacks and its library.
#include "base/id.h"
#include "host/probe/traces.h"
#include "image/loaded_image.h"
#include "lifecycle/record.h"

#include <erl_driver.h>

#include <memory>
#include <optional>
#include <string>

namespace ddll::host {

struct Port;

/// The callbacks of an entry, and nothing else of it.
ErlDrvEntry callbacks_of(const ErlDrvEntry& entry);

struct Driver {
    DriverId id;
    std::string name; ///< bytes, as the file is named
    std::string path; ///< of the library, without .so; empty for linked-in ones
    lifecycle::DriverRecord record;
    ErlDrvEntry* entry = nullptr; ///< the driver's own; null for the emulator's built-in names
    ErlDrvEntry callbacks{};      ///< as they were just before init: later changes to the entry are not seen
    int flags = 0;                ///< ERL_DRV_FLAG_*
    std::optional<image::LoadedImage> image;
    ImageId image_id;
    ImageId previous_image; ///< the one that ran before, once there was one: the next opening is a reload
    bool in_list = false;
    std::uint32_t ports_reported = 0; ///< ports of which was reported what they left behind
    std::uint32_t jobs = 0;           ///< async jobs of it that are out
    Port* first_port = nullptr;       ///< ports of this driver, in order of opening
    Port* last_port = nullptr;

    std::unique_ptr<Traces> before; ///< what there was before the library was opened; only where it is looked for

    /// Copies what the emulator keeps of an entry.
    void take_entry(ErlDrvEntry* taken);
    bool locks_per_port() const { return (flags & ERL_DRV_FLAG_USE_PORT_LOCKING) != 0; }
};

} // namespace ddll::host
