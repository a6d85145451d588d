#include "scenario/driver_reader.h"

#include <cstring>

namespace ddll::scenario {

using lifecycle::Presence;

void DriverReader::on(const journal::DriverChanged& changed) {
    DriverView& driver = drivers_[changed.driver];
    driver.name = changed.name;
    driver.presence = changed.presence;
    driver.status = changed.status;
    driver.port_count = changed.ports;
    driver.jobs = changed.jobs;
    driver.users.clear();
    journal::UserLoads user;
    for (std::size_t at = 0; at + sizeof user <= changed.users.size(); at += sizeof user) {
        std::memcpy(&user, changed.users.data() + at, sizeof user);
        driver.users[processes_[user.process]] += static_cast<std::uint32_t>(user.loads);
    }
}

// A library that was refused goes at once, and what was loaded before is as it was.
void DriverReader::on(const journal::ImageClosed& closed) {
    DriverView& driver = drivers_[closed.driver];
    driver.image = {};
    if (refused_.erase(closed.image) == 0) replacements_[driver.name] = {false, closed.gone, false};
}

void DriverReader::on(const journal::PortOpened& port) {
    if (!port.driver) return;
    ports_[port.port] = port.driver;
    drivers_[port.driver].ports.insert(port.port);
}

void DriverReader::on(const journal::PortClosed& port) {
    const auto its = ports_.find(port.port);
    if (its == ports_.end()) return;
    drivers_[its->second].ports.erase(port.port);
    ports_.erase(its);
}

void DriverReader::on(const journal::ImageFailed& failed) {
    if (const ImageId image = drivers_[failed.driver].image) refused_.insert(image);
}

void DriverReader::on(const journal::Reloaded& reloaded) {
    replacements_[name(reloaded.driver)] = {true, reloaded.old_gone, reloaded.new_runs};
}

const DriverView* DriverReader::find(std::string_view name) const {
    for (auto it = drivers_.rbegin(); it != drivers_.rend(); ++it)
        if (it->second.presence != Presence::absent && it->second.name == name) return &it->second;
    return nullptr;
}

const Replacement* DriverReader::replacement(const std::string& name) const {
    const auto it = replacements_.find(name);
    return it == replacements_.end() ? nullptr : &it->second;
}

const std::string& DriverReader::name(DriverId id) const {
    static const std::string unknown;
    const auto it = drivers_.find(id);
    return it == drivers_.end() ? unknown : it->second.name;
}

} // namespace ddll::scenario
