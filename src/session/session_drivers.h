#pragma once
/// The driver files and the open libraries of a session: which version of which driver lies where, and which is in
/// memory.
#include "session/driver_store.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ddll::session {

class SessionDrivers {
public:
    explicit SessionDrivers(std::string store) : store_(std::move(store)) {}

    struct Opened {
        std::string build_id, version;
        bool was_mapped = false;
    };
    /// Which version of which driver lay where before the step that opened it first.
    struct FirstSight {
        std::uint32_t step = 0;
        std::string path, driver, version;
    };

    /// A library was opened in that step, or could not be: its file is kept and watched from now on.
    const Opened& opened(const journal::ImageOpened& image, std::uint32_t step);
    void refused(const journal::ImageFailed& image, std::uint32_t step) { keep(std::string(image.path), step); }

    /// Files that are others than at the last look, in the order of being seen; they stay until take_changes().
    void look_for_changes();
    /// ddlltool itself has put a file there.
    void put(const std::string& path, scenario::InstallHow how) { changes_.push_back(store_.put(path, how)); }
    std::vector<DriverStore::Change> take_changes() { return std::exchange(changes_, {}); }

    const DriverStore& store() const { return store_; }
    const Opened* image(ImageId id) const;
    const std::vector<FirstSight>& first_sights() const { return first_sights_; }

private:
    void keep(std::string path, std::uint32_t step);

    DriverStore store_;
    std::map<ImageId, Opened> images_;
    std::vector<FirstSight> first_sights_;
    std::vector<DriverStore::Change> changes_;
};

} // namespace ddll::session
