#pragma once
/// Where the loader looks for one library. Internal to image/.
#include "image/closure.h"

#include <optional>

namespace ddll::image {

/// An object whose paths take part in a search.
struct Searcher {
    std::string name; ///< as reports call it
    const ElfFacts* facts = nullptr;
    const Searcher* loader =
        nullptr; ///< whose DT_NEEDED brought it; null for the driver, and for libraries of the node
};

struct FoundFile {
    std::string path, by;
    bool of_system = false;
};

class LibrarySearch {
public:
    LibrarySearch(const LoaderSettings& settings, std::vector<RelativeEntry>& relative)
        : settings_(settings), relative_(relative) {}

    /// `owner` may be null: a library of the node, with none but the system's places.
    std::optional<FoundFile> find(const std::string& name, const Searcher* owner);

private:
    std::optional<FoundFile> in_path(const std::string& name, const Searcher& owner, const std::string& path,
                                     const char* kind);
    std::optional<FoundFile> in_folder(const std::string& name, const std::string& folder, std::string by,
                                       bool of_system) const;
    std::string expanded(std::string text, const Searcher* owner) const;
    std::string absolute(const std::string& path) const;
    void note_relative(std::string owner, const char* kind, const std::string& entry);

    const LoaderSettings& settings_;
    std::vector<RelativeEntry>& relative_;
};

} // namespace ddll::image
