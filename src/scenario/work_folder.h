#pragma once
/// The fresh folder a scenario runs in, and the ways a driver file is put there.
#include "base/result.h"
#include "scenario/scenario.h"

#include <string>
#include <utility>

namespace ddll::scenario {

/// Makes a folder nobody else has; removed with all that is in it when this goes.
class WorkFolder {
public:
    static Result<WorkFolder> create();
    WorkFolder(WorkFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    WorkFolder& operator=(WorkFolder&&) = delete;
    WorkFolder(const WorkFolder&) = delete;
    ~WorkFolder();

    const std::string& path() const { return path_; }

private:
    explicit WorkFolder(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

/// Copies `source` to `target` (which ends in .so), or removes `target`. Folders on the way are made.
///   rename:    written beside the target and renamed over it, so that a mapped old file lives on
///   overwrite: written into the existing file, as cp does: the classic mistake
Result<void> install_file(InstallHow how, const std::string& source, const std::string& target);

} // namespace ddll::scenario
