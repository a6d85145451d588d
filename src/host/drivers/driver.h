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

/// The callbacks as copied from the driver's entry just before init: later changes to the entry are not seen.
struct Callbacks {
    int (*init)() = nullptr;
    ErlDrvData (*start)(ErlDrvPort, char*) = nullptr;
    void (*stop)(ErlDrvData) = nullptr;
    void (*output)(ErlDrvData, char*, ErlDrvSizeT) = nullptr;
    void (*outputv)(ErlDrvData, ErlIOVec*) = nullptr;
    void (*ready_input)(ErlDrvData, ErlDrvEvent) = nullptr;
    void (*ready_output)(ErlDrvData, ErlDrvEvent) = nullptr;
    void (*finish)() = nullptr;
    ErlDrvSSizeT (*control)(ErlDrvData, unsigned, char*, ErlDrvSizeT, char**, ErlDrvSizeT) = nullptr;
    void (*timeout)(ErlDrvData) = nullptr;
    void (*ready_async)(ErlDrvData, ErlDrvThreadData) = nullptr;
    void (*flush)(ErlDrvData) = nullptr;
    ErlDrvSSizeT (*call)(ErlDrvData, unsigned, char*, ErlDrvSizeT, char**, ErlDrvSizeT, unsigned*) = nullptr;
    void (*process_exit)(ErlDrvData, ErlDrvMonitor*) = nullptr;
    void (*stop_select)(ErlDrvEvent, void*) = nullptr;
    void (*emergency_close)(ErlDrvData) = nullptr;

    friend bool operator==(const Callbacks&, const Callbacks&) = default;
};
Callbacks callbacks_of(const ErlDrvEntry& entry);

struct Driver {
    DriverId id;
    std::string name; ///< bytes, as the file is named
    std::string path; ///< of the library, without .so; empty for linked-in ones
    lifecycle::DriverRecord record;
    ErlDrvEntry* entry = nullptr; ///< the driver's own; null for the emulator's built-in names
    Callbacks callbacks;
    int flags = 0; ///< ERL_DRV_FLAG_*
    std::optional<image::LoadedImage> image;
    ImageId image_id;
    ImageId previous_image; ///< the one that ran before, once there was one: the next opening is a reload
    bool in_list = false;
    std::uint32_t ports_told = 0; ///< ports of which was reported what they left behind
    std::uint32_t jobs = 0;       ///< async jobs of it that are out
    Port* first_port = nullptr;   ///< ports of this driver, in order of opening
    Port* last_port = nullptr;

    std::unique_ptr<Traces> before; ///< what there was before the library was opened; only where it is looked for
    std::int64_t heap_before = 0;   ///< bytes besides those of the driver API, at that time

    /// Copies what the emulator keeps of an entry.
    void take_entry(ErlDrvEntry* taken);
    bool locks_per_port() const { return (flags & ERL_DRV_FLAG_USE_PORT_LOCKING) != 0; }
};

} // namespace ddll::host
