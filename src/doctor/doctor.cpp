#include "doctor/doctor.h"

#include "base/text.h"
#include "doctor/process.h"
#include "findings/static/find.h"
#include "image/mapped.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace ddll::doctor {
namespace {

using image::ElfFacts;
using image::Fit;
using words::LibraryState;

constexpr std::size_t largest_library = std::size_t{512} << 20;

/// Everything that can be learned of one mapped library, and by which way.
class Look {
public:
    Look(const Process& process, const MappedLibrary& library) : process_(process), library_(library) {
        read_file_now();
        read_mapped();
    }

    /// What was loaded: as memory shows it, or by its file. Nothing: neither can be read.
    const std::optional<ElfFacts>& mapped() const { return mapped_; }
    const std::optional<ElfFacts>& file() const { return file_facts_; }
    const std::string& trouble() const { return trouble_; }

    std::pair<LibraryState, std::string> state() const {
        if (!library_.deleted) return state_in_place();
        if (file_gone_) return {LibraryState::removed, ""};
        if (!file_)
            return {LibraryState::unknown, fmt::format("the file at its path cannot be read: {}", file_trouble_)};
        if (!mapped_) return {LibraryState::unknown, "its path names another file by now, and " + trouble_};
        if (file_facts_ && !file_facts_->build_id.empty() && !mapped_->build_id.empty())
            return {file_facts_->build_id == mapped_->build_id ? LibraryState::same_contents : LibraryState::stale, ""};
        switch (image::compare_code_with_mapped(*file_, library_.base(), process_.reader())) {
        case Fit::same:
            return {LibraryState::same_contents, ""};
        case Fit::different:
            return {LibraryState::stale, ""};
        case Fit::unknown:
            break;
        }
        return {LibraryState::unknown, "it has no build-id, and its memory cannot be read"};
    }

private:
    void read_file_now() {
        const std::string path = process_.seen_by_it(library_.path);
        struct stat now {};
        file_gone_ = stat(path.c_str(), &now) != 0 && (errno == ENOENT || errno == ENOTDIR);
        changed_ = std::max(now.st_mtime, now.st_ctime);
        auto bytes = read_file(path, largest_library);
        if (!bytes) {
            file_trouble_ = bytes.error().message;
            return;
        }
        file_ = *std::move(bytes);
        if (auto facts = image::elf_facts_of(*file_, library_.path, image::Reading::unhashed))
            file_facts_ = *std::move(facts);
    }

    /// A file that is still there says more than memory, which has no sections: unless it was written over.
    void read_mapped() {
        if (!library_.deleted && file_) fit_ = image::compare_with_mapped(*file_, library_.base(), process_.reader());
        if (!library_.deleted && file_facts_ && fit_ != Fit::different) {
            mapped_ = *file_facts_;
            return;
        }
        const Mapping& first = library_.parts.front();
        auto bytes = library_.deleted ? process_.mapped_file(first.begin, first.end) : Result<std::string>(Error{});
        if (!bytes) bytes = image::bytes_as_mapped(library_.base(), process_.reader(), largest_library);
        if (!bytes) {
            trouble_ = process_.memory_is_readable() ? bytes.error().message : process_.memory_trouble();
            return;
        }
        auto facts = image::elf_facts_of(*bytes, library_.path, image::Reading::unhashed);
        if (facts)
            mapped_ = *std::move(facts);
        else
            trouble_ = facts.error().message;
    }

    std::pair<LibraryState, std::string> state_in_place() const {
        if (!file_) return {LibraryState::unknown, fmt::format("its file cannot be read: {}", file_trouble_)};
        switch (fit_) {
        case Fit::same:
            return {LibraryState::current, ""};
        case Fit::different:
            return {LibraryState::overwritten, ""};
        case Fit::unknown:
            break;
        }
        // The file has not changed since before the node began.
        if (const auto started = process_.started(); started && changed_ != 0 && changed_ + 1 < *started)
            return {LibraryState::current, ""};
        const std::string why = process_.memory_is_readable() ? "its memory cannot be read" : process_.memory_trouble();
        return {LibraryState::unknown,
                "its file has changed since the node started, perhaps before it was loaded, and " + why};
    }

    const Process& process_;
    const MappedLibrary& library_;
    std::optional<std::string> file_; ///< the path's, now
    std::optional<ElfFacts> file_facts_, mapped_;
    std::string file_trouble_, trouble_;
    Fit fit_ = Fit::unknown; ///< of the file and memory, while the path still names what is mapped
    std::time_t changed_ = 0;
    bool file_gone_ = false;
};

std::string name_of(const std::string& path) {
    constexpr std::string_view suffix = ".so";
    const std::string file = path.substr(path.rfind('/') + 1);
    return file.substr(0, file.size() - suffix.size());
}

bool defines(const ElfFacts& facts, std::string_view name) {
    const image::ElfSymbol* symbol = facts.find(name);
    return symbol != nullptr && symbol->defined;
}

bool is_driver(const ElfFacts& facts) {
    return defines(facts, "driver_init") || defines(facts, "_driver_init");
}

MappedDriver driver_of(const MappedLibrary& library, const Look& look) {
    MappedDriver out;
    out.library = library;
    out.name = name_of(library.path);
    std::tie(out.state, out.unknown_because) = look.state();
    out.build_id = look.mapped()->build_id;
    if (look.file()) out.file_build_id = look.file()->build_id;
    return out;
}

/// The libraries that a process has mapped, each read when it is asked for and then kept.
class Libraries {
public:
    Libraries(const Process& process, std::vector<MappedLibrary> all) : process_(process), all_(std::move(all)) {}

    const std::vector<MappedLibrary>& all() const { return all_; }
    const Look& look(const MappedLibrary& library) {
        auto& look = looks_[library.base()];
        if (!look) look = std::make_unique<Look>(process_, library);
        return *look;
    }

    /// Of all that the driver needs, what the loader would not find as it is mapped: the file was replaced, or an older
    /// one was there under the name and was taken instead.
    std::vector<StaleNeed> stale_needs(const findings::StaticFacts& driver) {
        std::vector<StaleNeed> out;
        for (const image::Library& needed : driver.closure.libraries()) {
            if (!needed.of_driver) continue;
            for (const MappedLibrary& library : all_) {
                const auto& known = look(library).mapped();
                if (file_name(library.path) != needed.name && !(known && known->soname == needed.name)) continue;
                const LibraryState state = library.deleted ? look(library).state().first : LibraryState::current;
                const bool replaced = state == LibraryState::stale || state == LibraryState::removed;
                // Which of the node's own libraries are others than this machine's is its own affair.
                const bool another = known && needed.facts && !needed.of_node && !known->build_id.empty() &&
                                     !needed.facts->build_id.empty() && known->build_id != needed.facts->build_id;
                if (replaced || another)
                    out.push_back({library.path, known ? known->build_id : "", needed.path,
                                   needed.facts ? needed.facts->build_id : "", needed.path.empty(),
                                   of_system(library.path)});
            }
        }
        std::ranges::sort(out, {}, &StaleNeed::path);
        return out;
    }

private:
    static std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }
    static bool of_system(std::string_view path) {
        constexpr std::string_view folders[] = {"/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"};
        return std::ranges::any_of(folders, [&](std::string_view folder) { return path.starts_with(folder); });
    }

    const Process& process_;
    std::vector<MappedLibrary> all_;
    std::map<std::uint64_t, std::unique_ptr<Look>> looks_; ///< by address
};

/// A node has one driver of a name; another library of that name was left behind.
void tell_others(std::vector<MappedDriver>& drivers) {
    for (MappedDriver& driver : drivers)
        for (const MappedDriver& other : drivers)
            if (&other != &driver && other.name == driver.name) driver.others.push_back(other.library.path);
}

} // namespace

Result<Mapped> examine(pid_t pid) {
    auto process = Process::open(pid);
    if (!process) return std::move(process).error();
    if (!process->runs_erlang()) {
        const auto meant = node_below(pid);
        return error(fmt::format("process {} is {}, not an Erlang node", pid, process->program()),
                     meant ? fmt::format("its child {} is one: ddlltool doctor --pid {}", *meant, *meant)
                           : "a node's program is beam.smp: pgrep -a beam lists them");
    }
    const auto maps = process->maps();
    if (!maps) return maps.error();
    Mapped out;
    out.pid = pid;
    out.program = process->program();
    const findings::StaticWorld world =
        findings::StaticWorld::make(process->library_path(), words::newest_release, process->root());
    image::LibraryFiles files(process->root());
    Libraries libraries(*process, mapped_libraries(*maps));
    for (const MappedLibrary& library : libraries.all()) {
        if (!library.path.ends_with(".so")) continue;
        const Look& look = libraries.look(library);
        if (!look.mapped()) {
            out.unread.push_back(error(fmt::format("{}: {}", library.path, look.trouble()),
                                       "whether it is a driver is not known either"));
        } else if (is_driver(*look.mapped())) {
            out.drivers.push_back(driver_of(library, look));
            const auto facts = findings::static_facts(*look.mapped(), world, files);
            out.drivers.back().pins = findings::find_pinning(facts);
            out.drivers.back().stale_needs = libraries.stale_needs(facts);
        } else if (defines(*look.mapped(), "nif_init")) {
            out.nif_libraries.push_back(library.path);
        }
    }
    std::ranges::stable_sort(out.drivers, {}, [](const MappedDriver& d) { return d.library.path; });
    std::ranges::sort(out.nif_libraries);
    tell_others(out.drivers);
    return out;
}

} // namespace ddll::doctor
