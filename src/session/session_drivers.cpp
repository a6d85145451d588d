#include "session/session_drivers.h"

#include "base/sha256.h"
#include "base/text.h"
#include "image/elf_facts.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace ddll::session {

namespace {

constexpr std::size_t largest = std::size_t{256} << 20;

} // namespace

std::string driver_of(const std::string& path) {
    std::string name = path.substr(path.rfind('/') + 1);
    if (name.ends_with(".so")) name.resize(name.size() - 3);
    return name;
}

std::optional<DriverStore::Stamp> DriverStore::stamp_of(const std::string& path) {
    struct stat st {};
    if (stat(path.c_str(), &st) != 0) return std::nullopt;
    return Stamp{st.st_dev, st.st_ino, static_cast<std::uint64_t>(st.st_size),
                 st.st_mtim.tv_sec * 1'000'000'000 + st.st_mtim.tv_nsec};
}

// The version its content has; equal contents are one version, whatever they were called.
std::string DriverStore::keep(const std::string& path) {
    auto bytes = read_file(path, largest);
    if (!bytes) {
        trouble_ = bytes.error().message;
        return {};
    }
    const std::string driver = driver_of(path), digest = sha256(*bytes);
    std::string& version = versions_[driver + "/" + digest];
    if (!version.empty()) return version;
    auto decl = std::find_if(drivers_.begin(), drivers_.end(), [&](const auto& d) { return d.name == driver; });
    if (decl == drivers_.end()) decl = drivers_.insert(drivers_.end(), {driver, {}});
    version = fmt::format("v{}", decl->versions.size() + 1);

    const std::string copy = fmt::format("{}/{}_{}.so", folder_, driver, version);
    std::error_code ignored;
    std::filesystem::create_directories(folder_, ignored);
    std::ofstream out(copy, std::ios::binary | std::ios::trunc);
    out.write(bytes->data(), static_cast<std::streamsize>(bytes->size()));
    out.close();
    scenario::DriverFile file{version, copy, copy, !image::read_elf_facts(path), {}};
    if (!out) {
        trouble_ = fmt::format("{} could not be copied to {}: {}", path, folder_, std::strerror(errno));
        std::filesystem::remove(copy, ignored);
        file.file = file.written = path;
    }
    decl->versions.push_back(file);
    known_->add(driver, file);
    return version;
}

std::optional<std::string> DriverStore::keep_and_watch(const std::string& path) {
    File& file = files_[path];
    file.stamp = stamp_of(path);
    file.version = file.stamp ? keep(path) : std::string();
    if (!file.stamp || file.version.empty()) return std::nullopt;
    return file.version;
}

std::vector<DriverStore::Change> DriverStore::changes() {
    std::vector<Change> out;
    for (auto& [path, file] : files_) {
        const auto now = stamp_of(path);
        if (now == file.stamp) continue;
        const auto before = std::exchange(file.stamp, now);
        if (!now) {
            file.version.clear();
            out.push_back({path, driver_of(path), "", scenario::InstallHow::remove});
            continue;
        }
        const std::string was = std::exchange(file.version, keep(path));
        const bool in_place = before && before->device == now->device && before->inode == now->inode;
        // To the loader another file is another library, whatever it holds; one that was only touched is not.
        if (file.version.empty() || (file.version == was && in_place)) continue;
        out.push_back({path, driver_of(path), file.version,
                       in_place ? scenario::InstallHow::overwrite : scenario::InstallHow::rename});
    }
    return out;
}

DriverStore::Change DriverStore::put(const std::string& path, scenario::InstallHow how) {
    const auto version = keep_and_watch(path);
    return {path, driver_of(path), version.value_or(std::string()), how};
}

void SessionDrivers::keep(std::string path, std::uint32_t step) {
    if (!path.ends_with(".so")) path += ".so";
    if (store_.knows(path)) return;
    if (const auto version = store_.keep_and_watch(path))
        first_sights_.push_back({step, path, driver_of(path), *version});
}

const SessionDrivers::Opened& SessionDrivers::opened(const journal::ImageOpened& image, std::uint32_t step) {
    keep(std::string(image.path), step);
    const auto* known = store_.versions()->of(image);
    return images_[image.image] = {std::string(image.build_id), known == nullptr ? "" : known->version,
                                   image.was_mapped};
}

void SessionDrivers::look_for_changes() {
    for (auto& change : store_.changes()) changes_.push_back(std::move(change));
}

const SessionDrivers::Opened* SessionDrivers::image(ImageId id) const {
    const auto it = images_.find(id);
    return it == images_.end() ? nullptr : &it->second;
}

} // namespace ddll::session
