#pragma once
/// inotify, as far as --watch needs it.
#include "base/result.h"
#include "cli/watch.h"

#include <signal.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace ddll::cli {

/// Sees changes of files by the names they have in their folders, so that files may be written over, replaced, removed
/// and made again; folders may come later, too.
class FileWatch {
public:
    static Result<std::unique_ptr<FileWatch>> create();
    FileWatch(const FileWatch&) = delete;
    ~FileWatch();

    /// From now on this is watched, and nothing else. What has changed and was not asked for is kept.
    void watch(const Watched& what);

    /// The next name that changed; empty after `longest` without one, or when a signal that `mask` lets through came.
    std::string next(std::optional<std::chrono::milliseconds> longest, const sigset_t& mask);
    /// Whether somebody has begun to write a watched file and not closed it.
    bool being_written() const { return !open_.empty(); }
    void forget_writers() { open_.clear(); }

private:
    explicit FileWatch(int fd) : fd_(fd) {}
    void add_folder(const std::string& folder);
    void add_links(const std::string& name); ///< on the way to it: what leads elsewhere changes what the name means
    void add_below(const Watched::Folder& folder);
    bool wanted(const std::string& path) const;
    bool on_the_way(const std::string& path) const; ///< a folder, or a link to one, that leads to what is watched
    void read_events();
    void folder_event(const std::string& path);
    void find_below(const std::string& folder); ///< what is wanted there has changed

    int fd_;
    Watched what_;
    bool rewatch_ = false;
    std::map<int, std::set<std::string>> folders_; ///< by watch descriptor: a folder may have several names
    std::set<std::string> names_, ignored_;        ///< whole paths of files
    std::set<std::string> links_;                  ///< whole paths of symbolic links that lead to them
    std::vector<Watched::Folder> trees_;           ///< with whole paths
    std::vector<std::string> changed_;
    std::vector<std::string> came_; ///< folders that are new, until they are watched
    std::set<std::string> open_;
};

} // namespace ddll::cli
