#pragma once
/// The driver files and the open libraries of a session: which version of which driver lies where, and which is in
/// memory.
#include "base/result.h"
#include "scenario/versions.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ddll::session {

/// The driver files a session has seen: copies of each content, so that its scenario can be run again when the
/// originals are gone, and a watch on the paths they were loaded from.
class DriverStore {
public:
    /// Copies go into `folder`, which is made with the first one.
    explicit DriverStore(std::string folder) : folder_(std::move(folder)) {}

    struct Change {
        std::string path; ///< of the library, with .so
        std::string driver;
        std::string version; ///< empty: it is gone
        scenario::InstallHow how = scenario::InstallHow::rename;
    };

    bool knows(const std::string& path) const { return files_.contains(path); }
    /// Watches the file from now on, and keeps what it holds: its version, or nothing when there is no such file.
    std::optional<std::string> keep_and_watch(const std::string& path);
    /// Which of the watched files are others now than at the last look.
    std::vector<Change> changes();
    /// Takes what ddlltool itself has put there.
    Change put(const std::string& path, scenario::InstallHow how);

    /// Drivers with their versions, each with the file of its copy.
    const std::vector<scenario::DriverDecl>& drivers() const { return drivers_; }
    /// The same, known by what an opened library shows.
    const std::shared_ptr<scenario::Versions>& versions() const { return known_; }
    /// Why a copy could not be made; empty when all could.
    const std::string& trouble() const { return trouble_; }

private:
    struct Stamp {
        std::uint64_t device = 0, inode = 0, size = 0;
        std::int64_t mtime_ns = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct File {
        std::optional<Stamp> stamp; ///< nothing: it was not there
        std::string version;
    };
    static std::optional<Stamp> stamp_of(const std::string& path);
    std::string keep(const std::string& path);

    std::string folder_;
    std::map<std::string, File> files_;
    std::map<std::string, std::string> versions_; ///< "driver/hash" to version
    std::vector<scenario::DriverDecl> drivers_;
    std::shared_ptr<scenario::Versions> known_ = std::make_shared<scenario::Versions>();
    std::string trouble_;
};

/// "counter" for /somewhere/counter.so.
std::string driver_of(const std::string& path);

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
