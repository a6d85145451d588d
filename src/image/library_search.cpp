#include "image/library_search.h"

#include "image/elf_file.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>

namespace ddll::image {
namespace {

/// Does the loader take this file? It passes over those of other machines; one that is broken it takes, and fails.
bool taken(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return false;
    Elf64_Ehdr header{};
    const ssize_t size = pread(fd, &header, sizeof header, 0);
    close(fd);
    if (size < 0) return false; // a folder
    if (size < static_cast<ssize_t>(sizeof header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return true;
#if defined(__x86_64__)
    return header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == EM_X86_64;
#else
    return header.e_ident[EI_CLASS] == ELFCLASS64 && header.e_machine == EM_AARCH64;
#endif
}

void replace_all(std::string& text, std::string_view what, const std::string& with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, what.size(), with);
}

std::vector<std::string> split(const std::string& path) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at <= path.size();) {
        const auto end = std::min(path.find(':', at), path.size());
        out.push_back(path.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

/// RPATH counts only where there is no RUNPATH beside it.
bool has_rpath(const ElfFacts& facts) {
    return facts.runpath.empty() && !facts.rpath.empty();
}

} // namespace

std::string LibrarySearch::absolute(const std::string& path) const {
    if (path.starts_with('/')) return path;
    return path.empty() ? settings_.current_folder : settings_.current_folder + "/" + path;
}

std::string LibrarySearch::expanded(std::string text, const Searcher* owner) const {
    if (owner && owner->facts) {
        const std::string file = absolute(owner->facts->path);
        const std::string origin = file.substr(0, std::max<std::size_t>(file.rfind('/'), 1));
        replace_all(text, "${ORIGIN}", origin);
        replace_all(text, "$ORIGIN", origin);
    }
    replace_all(text, "${LIB}", settings_.lib);
    replace_all(text, "$LIB", settings_.lib);
    replace_all(text, "${PLATFORM}", settings_.platform);
    replace_all(text, "$PLATFORM", settings_.platform);
    return text;
}

void LibrarySearch::note_relative(std::string owner, const char* kind, const std::string& entry) {
    const bool known = std::any_of(relative_.begin(), relative_.end(), [&](const RelativeEntry& r) {
        return r.owner == owner && r.kind == kind && r.entry == entry;
    });
    if (!known) relative_.push_back({std::move(owner), kind, entry});
}

std::optional<FoundFile> LibrarySearch::in_folder(const std::string& name, const std::string& folder, std::string by,
                                                  bool of_system) const {
    const std::string path = absolute(folder) + "/" + name;
    if (!taken(settings_.root + path)) return std::nullopt;
    return FoundFile{path, std::move(by), of_system};
}

std::optional<FoundFile> LibrarySearch::in_path(const std::string& name, const Searcher& owner, const std::string& path,
                                                const char* kind) {
    const auto entries = split(path);
    for (const std::string& entry : entries)
        if (!expanded(entry, &owner).starts_with('/')) note_relative(owner.name, kind, entry);
    for (const std::string& entry : entries)
        if (auto found = in_folder(name, expanded(entry, &owner), fmt::format("{} of {}", kind, owner.name), false))
            return found;
    return std::nullopt;
}

std::optional<FoundFile> LibrarySearch::find(const std::string& name, const Searcher* owner) {
    if (name.find('/') != std::string::npos) {
        const std::string path = expanded(name, owner);
        if (!path.starts_with('/') && owner) note_relative(owner->name, "DT_NEEDED", name);
        if (!taken(settings_.root + absolute(path))) return std::nullopt;
        return FoundFile{absolute(path), "its path", false};
    }
    if (owner && owner->facts && owner->facts->runpath.empty())
        for (const Searcher* s = owner; s; s = s->loader)
            if (s->facts && has_rpath(*s->facts))
                if (auto found = in_path(name, *s, s->facts->rpath, "RPATH")) return found;
    for (const std::string& folder : settings_.library_path) {
        if (!folder.starts_with('/')) note_relative("", "--library-path", folder);
        if (auto found = in_folder(name, expanded(folder, nullptr), "library path", false)) return found;
    }
    if (owner && owner->facts && !owner->facts->runpath.empty())
        if (auto found = in_path(name, *owner, owner->facts->runpath, "RUNPATH")) return found;
    if (std::string path = settings_.cache.find(name); !path.empty() && taken(settings_.root + path))
        return FoundFile{std::move(path), "ld.so.cache", true};
    for (const std::string& folder : settings_.default_folders)
        if (auto found = in_folder(name, folder, "default folder", true)) return found;
    return std::nullopt;
}

} // namespace ddll::image
