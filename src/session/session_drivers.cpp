#include "session/session_drivers.h"

namespace ddll::session {

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
