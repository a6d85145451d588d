#include "cli/file_watch.h"

#include <fmt/format.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace ddll::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t events = IN_MODIFY | IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                                 IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

std::string whole(const std::string& path) {
    std::error_code ignored;
    std::string out = (fs::current_path(ignored) / path).lexically_normal().string();
    while (out.size() > 1 && out.ends_with('/')) out.pop_back();
    return out;
}

bool below(const std::string& path, const std::string& folder) {
    return path.size() > folder.size() && path[folder.size()] == '/' && path.starts_with(folder);
}

} // namespace

Result<std::unique_ptr<FileWatch>> FileWatch::create() {
    const int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (fd < 0) return error(fmt::format("files cannot be watched: {}", std::strerror(errno)));
    return std::unique_ptr<FileWatch>(new FileWatch(fd));
}

FileWatch::~FileWatch() {
    if (fd_ >= 0) close(fd_);
}

void FileWatch::watch(const Watched& what) {
    what_ = what;
    names_.clear();
    trees_.clear();
    ignored_.clear();
    links_.clear();
    for (const std::string& file : what.written) ignored_.insert(whole(file));
    for (const auto* list : {&what.files, &what.libraries})
        for (const std::string& file : *list) {
            names_.insert(whole(file));
            add_links(whole(file));
            // The file behind a link changes in a folder of its own.
            std::error_code failure;
            const std::string target = fs::weakly_canonical(file, failure).string();
            if (!failure) names_.insert(target);
        }
    for (const std::string& name : names_) add_folder(fs::path(name).parent_path().string());
    for (const Watched::Folder& folder : what.folders) {
        trees_.push_back({whole(folder.path), folder.suffix});
        add_links(trees_.back().path);
        add_below(trees_.back());
    }
}

void FileWatch::add_folder(const std::string& folder) {
    // What is not there yet comes into being in the nearest folder that is.
    for (fs::path at = folder; !at.empty(); at = at.parent_path()) {
        const int watch = inotify_add_watch(fd_, at.c_str(), events);
        if (watch >= 0) folders_[watch].insert(at.string());
        if (watch >= 0 || at == at.parent_path()) return;
    }
}

void FileWatch::add_links(const std::string& name) {
    fs::path path = name;
    for (int links = 0; links < 40; ++links) { // the kernel follows no more
        fs::path prefix;
        auto part = path.begin();
        std::error_code failure;
        for (; part != path.end(); ++part)
            if (fs::is_symlink(prefix /= *part, failure)) break;
        if (part == path.end()) return;
        links_.insert(prefix.string());
        add_folder(prefix.parent_path().string());
        fs::path onward = prefix.parent_path() / fs::read_symlink(prefix, failure);
        if (failure) return;
        for (++part; part != path.end(); ++part) onward /= *part;
        path = onward.lexically_normal();
    }
}

void FileWatch::add_below(const Watched::Folder& folder) {
    add_folder(folder.path);
    std::error_code failure;
    fs::recursive_directory_iterator it(folder.path, fs::directory_options::skip_permission_denied, failure), end;
    while (!failure && it != end) {
        std::error_code unknown;
        if (it->is_directory(unknown)) {
            if (it->path().filename().string().starts_with('.'))
                it.disable_recursion_pending();
            else
                add_folder(it->path().string());
        }
        it.increment(failure);
    }
}

bool FileWatch::wanted(const std::string& path) const {
    if (ignored_.contains(path)) return false;
    if (names_.contains(path)) return true;
    if (fs::path(path).filename().string().starts_with('.')) return false;
    for (const Watched::Folder& tree : trees_)
        if (path.starts_with(tree.path + "/") && path.ends_with(tree.suffix)) return true;
    return false;
}

bool FileWatch::on_the_way(const std::string& path) const {
    const auto leads_to = [&](const std::string& name) { return below(name, path); };
    return links_.contains(path) || std::any_of(names_.begin(), names_.end(), leads_to) ||
           std::any_of(trees_.begin(), trees_.end(),
                       [&](const Watched::Folder& tree) { return tree.path == path || leads_to(tree.path); });
}

void FileWatch::find_below(const std::string& folder) {
    std::error_code failure;
    fs::recursive_directory_iterator it(folder, failure), end;
    for (; !failure && it != end; it.increment(failure)) {
        const std::string path = it->path().string();
        if (wanted(path) && std::find(changed_.begin(), changed_.end(), path) == changed_.end())
            changed_.push_back(path);
    }
}

/// A folder came, went or changed its name. For the files in one that came there are no events.
void FileWatch::folder_event(const std::string& path) {
    bool matters = false;
    for (const std::string& name : names_) {
        if (!below(name, path)) continue;
        matters = true;
        changed_.push_back(name);
    }
    for (const Watched::Folder& tree : trees_) {
        if (tree.path != path && !below(tree.path, path) && !below(path, tree.path)) continue;
        matters = true;
        came_.push_back(below(path, tree.path) ? path : tree.path);
        find_below(came_.back());
    }
    rewatch_ = rewatch_ || matters;
}

void FileWatch::read_events() {
    alignas(inotify_event) char buffer[16 << 10];
    // Others may write faster than this reads: what is left is read the next time.
    ssize_t n = 0;
    for (int rounds = 64; rounds > 0 && (n = read(fd_, buffer, sizeof buffer)) > 0; --rounds) {
        for (const char* at = buffer; at < buffer + n;) {
            const auto* event = reinterpret_cast<const inotify_event*>(at);
            at += sizeof(inotify_event) + event->len;
            if ((event->mask & IN_Q_OVERFLOW) != 0) // so much happened that some of it is lost
                folder_event("");
            const auto known = folders_.find(event->wd);
            if (known == folders_.end()) continue;
            const std::set<std::string> folders = known->second;
            // Where a watched folder is now, nobody knows; its name may stand for another one.
            if ((event->mask & IN_MOVE_SELF) != 0) inotify_rm_watch(fd_, event->wd);
            if ((event->mask & IN_IGNORED) != 0) folders_.erase(known);
            for (const std::string& folder : folders) {
                if ((event->mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) folder_event(folder);
                if (event->len == 0) continue;
                const std::string path = (fs::path(folder) / event->name).string();
                const bool folder_itself = (event->mask & IN_ISDIR) != 0;
                if (folder_itself || on_the_way(path)) folder_event(path);
                if (folder_itself) continue;
                if (wanted(path)) {
                    changed_.push_back(path);
                    if ((event->mask & (IN_MODIFY | IN_CREATE)) != 0)
                        open_.insert(path);
                    else
                        open_.erase(path);
                }
            }
        }
    }
    if (!std::exchange(rewatch_, false)) return;
    const Watched what = what_;
    watch(what);
    // For what was put there between the event and the watch there was no event.
    for (const std::string& folder : std::exchange(came_, {})) find_below(folder);
}

std::string FileWatch::next(std::optional<std::chrono::milliseconds> longest, const sigset_t& mask) {
    using Clock = std::chrono::steady_clock;
    const Clock::time_point asked = Clock::now();
    if (changed_.empty()) read_events();
    while (changed_.empty()) {
        timespec left{};
        if (longest) {
            using namespace std::chrono;
            const auto rest = std::max(nanoseconds(0), nanoseconds(*longest) - (Clock::now() - asked));
            left.tv_sec = duration_cast<seconds>(rest).count();
            left.tv_nsec = (rest % seconds(1)).count();
        }
        pollfd fd{fd_, POLLIN, 0};
        if (ppoll(&fd, 1, longest ? &left : nullptr, &mask) <= 0) return {};
        read_events();
        // Where much else goes on in the folder there is always an event.
        if (changed_.empty() && longest && Clock::now() - asked >= *longest) return {};
    }
    std::string first = changed_.front();
    changed_.erase(changed_.begin());
    return first;
}

} // namespace ddll::cli
