#include "scenario/driver_reader.h"

#include <cstring>

namespace ddll::scenario {

using lifecycle::Presence;

void DriverReader::see_state(const journal::DriverChanged& changed) {
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
void DriverReader::see_end(const journal::ImageClosed& closed) {
    DriverView& driver = drivers_[closed.driver];
    driver.image = {};
    if (refused_.erase(closed.image) == 0) replacements_[driver.name] = {false, closed.gone, false};
}

void DriverReader::see(const journal::Entry& entry) {
    if (const auto* changed = std::get_if<journal::DriverChanged>(&entry.event)) {
        see_state(*changed);
    } else if (const auto* started = std::get_if<journal::ProcessStarted>(&entry.event)) {
        processes_[started->process] = started->name;
    } else if (const auto* port = std::get_if<journal::PortOpened>(&entry.event)) {
        if (!port->driver) return;
        ports_[port->port] = port->driver;
        drivers_[port->driver].ports.insert(port->port);
    } else if (const auto* end = std::get_if<journal::PortClosed>(&entry.event)) {
        const auto its = ports_.find(end->port);
        if (its == ports_.end()) return;
        drivers_[its->second].ports.erase(end->port);
        ports_.erase(its);
    } else if (const auto* opened = std::get_if<journal::ImageOpened>(&entry.event)) {
        drivers_[opened->driver].image = opened->image;
    } else if (const auto* failed = std::get_if<journal::ImageFailed>(&entry.event)) {
        if (const ImageId image = drivers_[failed->driver].image) refused_.insert(image);
    } else if (const auto* closed = std::get_if<journal::ImageClosed>(&entry.event)) {
        see_end(*closed);
    } else if (const auto* reloaded = std::get_if<journal::Reloaded>(&entry.event)) {
        replacements_[name(reloaded->driver)] = {true, reloaded->old_gone, reloaded->new_runs};
    }
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
