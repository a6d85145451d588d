#include "image/closure.h"

#include "image/library_search.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <deque>

namespace ddll::image {
namespace {

// More than any program has; a chain of files that need each other for ever must end somewhere.
constexpr std::size_t most_libraries = 2000;

#if defined(__x86_64__)
constexpr const char* multiarch = "x86_64-linux-gnu";
#else
constexpr const char* multiarch = "aarch64-linux-gnu";
#endif

std::string platform_name() {
#if defined(__x86_64__)
    // The loader's own name for processors with these.
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2"))
        return "haswell";
    return "x86_64";
#else
    return "aarch64";
#endif
}

bool is_called(const Library& library, const std::string& name) {
    return library.name == name || (library.facts && library.facts->soname == name);
}

/// Walks from the driver to the files of all that it needs.
class Walk {
public:
    Walk(const LoaderSettings& settings, LibraryFiles& files, std::vector<RelativeEntry>& relative)
        : search_(settings, relative), files_(files) {}

    void add_node(const std::vector<std::string>& names) {
        for (const auto& name : names) need(name, nullptr, "the node");
        follow();
        for (auto& library : libraries) library.of_node = true;
    }

    void add_driver(const ElfFacts& facts) {
        searchers_.push_back({facts.path.substr(facts.path.rfind('/') + 1), &facts, nullptr});
        const Searcher* driver = &searchers_.back();
        for (const auto& name : facts.needed) need(name, driver, driver->name);
        follow();
    }

    std::vector<Library> libraries;

private:
    Library* loaded(const std::string& name) {
        for (auto& library : libraries)
            if (is_called(library, name)) return &library;
        return nullptr;
    }

    void need(const std::string& name, const Searcher* owner, const std::string& by) {
        if (Library* known = loaded(name)) {
            if (std::find(known->needed_by.begin(), known->needed_by.end(), by) == known->needed_by.end())
                known->needed_by.push_back(by);
            return;
        }
        if (libraries.size() >= most_libraries) return;
        Library library;
        library.name = name;
        library.needed_by.push_back(by);
        if (auto file = search_.find(name, owner)) {
            library.path = std::move(file->path);
            library.found_by = std::move(file->by);
            library.of_system = file->of_system;
            library.facts = files_.read(library.path, library.trouble);
        }
        owners_.push_back(owner);
        libraries.push_back(std::move(library));
    }

    // By number: the list grows meanwhile.
    void follow() {
        for (; next_ < libraries.size(); ++next_) {
            const auto facts = libraries[next_].facts;
            if (!facts) continue;
            searchers_.push_back({libraries[next_].name, facts.get(), owners_[next_]});
            const Searcher* searcher = &searchers_.back();
            for (const auto& name : facts->needed) need(name, searcher, searcher->name);
        }
    }

    LibrarySearch search_;
    LibraryFiles& files_;
    std::deque<Searcher> searchers_; ///< they point at each other
    std::vector<const Searcher*> owners_;
    std::size_t next_ = 0;
};

std::vector<MissingVersion> versions_missing(const ElfFacts& facts, const std::string& name,
                                             const std::vector<Library>& libraries) {
    std::vector<MissingVersion> out;
    for (const VersionNeed& need : facts.version_needs) {
        if (need.weak) continue;
        for (const Library& library : libraries) {
            if (!library.facts || !is_called(library, need.library)) continue;
            const auto& defined = library.facts->version_definitions;
            // The loader takes libraries without any versions as they are.
            if (!defined.empty() && std::find(defined.begin(), defined.end(), need.version) == defined.end())
                out.push_back({name, library.name, library.path, need.version});
            break;
        }
    }
    return out;
}

} // namespace

LoaderSettings LoaderSettings::of_this_machine(std::string root) {
    LoaderSettings out;
    out.root = std::move(root);
    const std::string folder = std::string("/lib/") + multiarch;
    struct stat status {};
    const bool debian = stat((out.root + folder).c_str(), &status) == 0;
    if (debian)
        out.default_folders = {folder, "/usr" + folder, "/lib", "/usr/lib"};
    else
        out.default_folders = {"/lib64", "/usr/lib64"};
    out.lib = debian ? folder.substr(1) : "lib64";
    out.platform = platform_name();
    char buffer[4096];
    if (getcwd(buffer, sizeof buffer)) out.current_folder = buffer;
    out.cache = LoaderCache::read(out.root + "/etc/ld.so.cache");
    return out;
}

std::shared_ptr<const ElfFacts> LibraryFiles::read(const std::string& path, std::string& trouble) {
    const auto [at, is_new] = files_.try_emplace(path);
    if (is_new) {
        auto facts = read_elf_facts(root_ + path, Reading::linkage);
        if (facts) {
            facts->path = path;
            at->second.facts = std::make_shared<const ElfFacts>(*std::move(facts));
        } else {
            at->second.trouble = facts.error().message;
        }
    }
    trouble = at->second.trouble;
    return at->second.facts;
}

Closure::Closure(const ElfFacts& driver, const LoaderSettings& settings, LibraryFiles& files) {
    Walk walk(settings, files, relative_);
    walk.add_node(settings.node_libraries);
    walk.add_driver(driver);
    libraries_ = std::move(walk.libraries);
    mark_of_driver(driver.needed);
    missing_versions_ = versions_missing(driver, driver.path.substr(driver.path.rfind('/') + 1), libraries_);
    for (std::size_t i = 0; i < libraries_.size(); ++i) {
        const Library& library = libraries_[i];
        if (!library.facts) continue;
        for (const ElfSymbol& symbol : library.facts->symbols)
            if (symbol.defined) definers_.emplace(symbol.name, i);
        if (library.of_node) continue;
        auto missing = versions_missing(*library.facts, library.name, libraries_);
        missing_versions_.insert(missing_versions_.end(), missing.begin(), missing.end());
    }
}

void Closure::mark_of_driver(const std::vector<std::string>& needed) {
    std::vector<std::string> open = needed;
    while (!open.empty()) {
        const std::string name = std::move(open.back());
        open.pop_back();
        for (Library& library : libraries_) {
            if (library.of_driver || !is_called(library, name)) continue;
            library.of_driver = true;
            if (library.facts) open.insert(open.end(), library.facts->needed.begin(), library.facts->needed.end());
        }
    }
}

const Library* Closure::definer(std::string_view symbol) const {
    const auto found = definers_.find(symbol);
    return found == definers_.end() ? nullptr : &libraries_[found->second];
}

bool Closure::incomplete() const {
    return std::any_of(libraries_.begin(), libraries_.end(), [](const Library& l) { return !l.of_node && !l.facts; });
}

} // namespace ddll::image
