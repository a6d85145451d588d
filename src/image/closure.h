#pragma once
/// What a driver needs, resolved as the loader of a node would when the node opens the driver: for each library of
/// DT_NEEDED, and of those of the libraries found, which file it is. Nothing is opened but for reading.
#include "image/elf_facts.h"
#include "image/loader_cache.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace ddll::image {

/// What is known about the node and the machine that the driver is loaded on. Nothing is taken from the environment of
/// this process: a node has one of its own.
struct LoaderSettings {
    std::vector<std::string> library_path;   ///< the node's LD_LIBRARY_PATH
    std::vector<std::string> node_libraries; ///< names of libraries that the node itself has loaded
    std::vector<std::string> default_folders;
    std::string lib;            ///< what $LIB stands for
    std::string platform;       ///< what $PLATFORM stands for
    std::string current_folder; ///< what relative paths start from
    std::string root;           ///< where the node's "/" lies; empty: at "/"
    LoaderCache cache;

    /// As on this machine, without library path and node.
    static LoaderSettings of_this_machine(std::string root = {});
};

struct Library {
    std::string name;     ///< as DT_NEEDED has it
    std::string path;     ///< empty: not found
    std::string found_by; ///< "RUNPATH of x.so", "library path", "ld.so.cache", "default folder", "its path"
    std::vector<std::string> needed_by; ///< names, "the node" among them
    bool of_node = false;   ///< the node has loaded it: the driver gets that one, whatever its own paths say
    bool of_driver = false; ///< the driver needs it, itself or by another library
    bool of_system = false; ///< found by the cache or in a default folder
    std::shared_ptr<const ElfFacts> facts; ///< null when not found or not readable
    std::string trouble;                   ///< why it cannot be read
};

/// A path entry that means another folder as soon as the node's current directory is another.
struct RelativeEntry {
    std::string owner; ///< the library whose entry it is; empty: --library-path
    std::string kind;  ///< "RPATH", "RUNPATH", "DT_NEEDED"
    std::string entry;
};

/// A version that a library needs and that the library found does not define.
struct MissingVersion {
    std::string needed_by, library, path, version;
};

/// The libraries that were read, by path, so that several drivers share them.
class LibraryFiles {
public:
    /// `root` as in LoaderSettings: paths are those that the node sees.
    explicit LibraryFiles(std::string root = {}) : root_(std::move(root)) {}

    /// Null and a reason in `trouble` when it cannot be read.
    std::shared_ptr<const ElfFacts> read(const std::string& path, std::string& trouble);

private:
    struct File {
        std::shared_ptr<const ElfFacts> facts;
        std::string trouble;
    };
    std::string root_;
    std::map<std::string, File> files_;
};

class Closure {
public:
    Closure() = default;
    Closure(const ElfFacts& driver, const LoaderSettings& settings, LibraryFiles& files);

    /// In the order of the loader's search: those of the node first, then the driver's, breadth first.
    const std::vector<Library>& libraries() const { return libraries_; }
    const std::vector<RelativeEntry>& relative() const { return relative_; }
    const std::vector<MissingVersion>& missing_versions() const { return missing_versions_; }

    /// The first of the libraries that defines `symbol`; null when none does.
    const Library* definer(std::string_view symbol) const;
    /// Is there a library of the driver's that was not found or cannot be read, so that its symbols are unknown?
    bool incomplete() const;

private:
    void mark_of_driver(const std::vector<std::string>& needed);

    std::vector<Library> libraries_;
    std::vector<RelativeEntry> relative_;
    std::vector<MissingVersion> missing_versions_;
    std::unordered_map<std::string_view, std::size_t> definers_; ///< views of the facts that libraries_ hold
};

} // namespace ddll::image
