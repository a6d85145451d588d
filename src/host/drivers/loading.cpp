// From a library file to a driver: the checks of the emulator, in its order.
#include "host/callbacks.h"
#include "host/host.h"
#include "host/probe/leftovers.h"
#include "image/elf_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace ddll::host {

using lifecycle::LoadError;
using Kind = lifecycle::LoadError::Kind;

namespace {

constexpr int extended_marker = static_cast<int>(ERL_DRV_EXTENDED_MARKER);

bool accepted_version(int major, int minor) {
    if (major < ERL_DRV_MIN_REQUIRED_MAJOR_VERSION_ON_LOAD || major > ERL_DRV_EXTENDED_MAJOR_VERSION) return false;
    return major < ERL_DRV_EXTENDED_MAJOR_VERSION || minor <= ERL_DRV_EXTENDED_MINOR_VERSION;
}

} // namespace

ErlDrvEntry callbacks_of(const ErlDrvEntry& entry) {
    // Entries before 3.2 are shorter: the last field is missing.
    const bool whole = entry.major_version > 3 || (entry.major_version == 3 && entry.minor_version >= 2);
    ErlDrvEntry callbacks{};
    std::memcpy(&callbacks, &entry, whole ? sizeof entry : offsetof(ErlDrvEntry, emergency_close));
    callbacks.driver_name = nullptr;
    callbacks.handle = callbacks.handle2 = nullptr;
    callbacks.unused_event_callback = nullptr;
    callbacks.extended_marker = callbacks.major_version = callbacks.minor_version = callbacks.driver_flags = 0;
    return callbacks;
}

void Driver::take_entry(ErlDrvEntry* taken) {
    entry = taken;
    flags = taken->driver_flags;
    callbacks = callbacks_of(*taken);
}

bool Drivers::close_image(Driver& driver, std::string_view path, bool finished) {
    const Probe::Closing closing = host_.probe().before_close(driver);
    bool gone = false;
    {
        const callbacks::LoaderFrame frame(host_, journal::Callback::dlclose, driver.id, driver.image_id, path);
        gone = driver.image->close().gone;
    }
    driver.image.reset();
    host_.probe().after_close(driver, closing, gone);
    // Not before: static objects give back what they hold in their destructors, which dlclose runs.
    if (finished) report_driver_leftovers(host_, driver);
    host_.journal().write(journal::ImageClosed{driver.image_id, driver.id, gone});
    return gone;
}

std::optional<LoadError> Drivers::open_image(Driver& driver, const std::string& path) {
    // The path text ends where a zero byte stands, for the loader as for the emulator.
    const std::string whole = path + ".so";
    const std::string file = whole.c_str();
    driver.path = path;
    driver.image_id = ImageId{next_image_++};
    const ImageId before = driver.previous_image;

    const auto refuse = [&](LoadError error, std::string_view why,
                            words::LoaderRefusal refusal = words::LoaderRefusal::none) -> std::optional<LoadError> {
        host_.journal().write(journal::ImageFailed{driver.id, error.kind, file, why, refusal});
        if (!driver.image) return error;
        close_image(driver, file);
        return error;
    };

    host_.probe().before_open(driver, file);
    {
        const callbacks::LoaderFrame frame(host_, journal::Callback::dlopen, driver.id, driver.image_id, file);
        auto opened = image::LoadedImage::open(file);
        if (!opened) {
            const std::string text = opened.error().message;
            return refuse(open_errors_.error(file, text), text, image::refusal_of(text, file));
        }
        driver.image.emplace(*std::move(opened));
    }
    host_.probe().opened(driver);
    if (driver.image->may_make_threads()) host_.threads().expect_unknown();
    const image::Identity& identity = driver.image->identity();
    const bool differs = driver.image->was_mapped() && driver.image->differs_from_file();
    std::uint64_t hash = 0;
    // The build-id names the version; only a file without one is read whole.
    if (identity.build_id.empty())
        if (const auto facts = image::read_elf_facts(file)) hash = facts->content_hash;
    host_.journal().write(journal::ImageOpened{driver.image_id, driver.id, driver.image->was_mapped(), differs,
                                               identity.base, identity.end, hash, file, identity.build_id});

    void* address = nullptr;
    std::string missing;
    for (const char* name : {"driver_init", "_driver_init"}) {
        auto found = driver.image->symbol(name);
        if (found) {
            address = *found;
            break;
        }
        missing = found.error().message;
        open_errors_.index_of(missing); // kept too, and not shortened
    }
    if (address == nullptr) return refuse({Kind::no_driver_init, 0}, missing);

    ErlDrvEntry* entry = callbacks::driver_init(host_, driver, address);
    if (entry == nullptr) return refuse({Kind::driver_init_failed, 0}, "driver_init returned NULL");
    if (entry->extended_marker != extended_marker)
        return refuse({Kind::driver_incorrect_version, 0},
                      fmt::format("extended_marker is {:#x}, not ERL_DRV_EXTENDED_MARKER",
                                  static_cast<unsigned>(entry->extended_marker)));
    if (!accepted_version(entry->major_version, entry->minor_version))
        return refuse({Kind::driver_incorrect_version, 0},
                      fmt::format("the entry says version {}.{}; 2.x and 3.0 to {}.{} are accepted",
                                  entry->major_version, entry->minor_version, ERL_DRV_EXTENDED_MAJOR_VERSION,
                                  ERL_DRV_EXTENDED_MINOR_VERSION));
    if (entry->driver_name == nullptr || driver.name != entry->driver_name)
        return refuse({Kind::bad_driver_name, 0},
                      fmt::format("the entry's driver_name is \"{}\", the file's name asks for \"{}\"",
                                  entry->driver_name != nullptr ? entry->driver_name : "(null)", driver.name));

    driver.take_entry(entry);
    if (host_.probe().wanted()) host_.probe().see_entry(driver);
    // Newest in the list from here on: init may already use it.
    const auto it = std::find_if(unlisted_.begin(), unlisted_.end(), [&](const auto& d) { return d.get() == &driver; });
    listed_.splice(listed_.begin(), unlisted_, it);
    driver.in_list = true;
    if (driver.callbacks.init != nullptr) {
        if (const int result = callbacks::init(host_, driver); result != 0) {
            take_out_of_list(driver);
            return refuse({Kind::driver_init_failed, 0}, fmt::format("init returned {}", result));
        }
    }
    if (before) {
        Proof& proof = proofs_[driver.name];
        proof.reloaded = true;
        proof.new_runs = !differs;
        host_.journal().write(journal::Reloaded{driver.id, before, driver.image_id, proof.old_gone, proof.new_runs});
    }
    driver.previous_image = driver.image_id;
    return std::nullopt;
}

} // namespace ddll::host
