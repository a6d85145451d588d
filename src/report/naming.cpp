#include "report/naming.h"

#include <fmt/format.h>

#include <filesystem>

namespace ddll::report {
namespace {

/// One spelling for what an install writes and what a load opens.
std::string file_key(std::string_view path) {
    std::string key = std::filesystem::path(path).lexically_normal().string();
    if (key.ends_with(".so")) key.resize(key.size() - 3);
    return key;
}

} // namespace

Naming::Naming(const scenario::RunResult& result) : result_(result) {
    words_.terms = [this](const term::Term& identity) -> std::optional<std::string> {
        const auto found = result_.names.find(term::print(identity));
        if (found == result_.names.end()) return std::nullopt;
        return found->second;
    };
    words_.driver = [this](DriverId id) { return drivers_.count(id) ? driver(id) : ""; };
    words_.image = [this](ImageId id) { return version(id); };
    // A driver's init runs before any entry has its name. Names never change: they are read ahead.
    if (!result.journal) return;
    for (const auto& entry : *result.journal) know(entry);
}

void Naming::know(const journal::Entry& entry) {
    if (const auto* started = std::get_if<journal::ProcessStarted>(&entry.event))
        on(*started);
    else if (const auto* changed = std::get_if<journal::DriverChanged>(&entry.event))
        on(*changed);
}

void Naming::on(const journal::ProcessStarted& event) {
    processes_[event.process] = event.name;
}

void Naming::on(const journal::DriverChanged& event) {
    if (!event.name.empty()) drivers_[event.driver] = event.name;
}

void Naming::on(const journal::FileInstalled& event) {
    installed_[file_key(event.path)] = event.version;
}

void Naming::on(const journal::PortOpened& event) {
    ports_.push_back({event.port, event.driver});
}

void Naming::on(const journal::PortClosed& event) {
    std::erase_if(ports_, [&](const Port& p) { return p.id == event.port; });
}

void Naming::on(const journal::ImageOpened& event) {
    Image image;
    image.build_id = event.build_id.substr(0, 12);
    image.base = event.base;
    const std::string key = file_key(event.path);
    if (const auto known = result_.versions.find(event.image.value); known != result_.versions.end()) {
        image.version = known->second;
    } else if (event.was_mapped) {
        // An object that never left is the code it always was, whatever the path names by now.
        for (const auto& earlier : images_)
            if (earlier.second.base == event.base) image.version = earlier.second.version;
    } else if (const auto found = installed_.find(key); found != installed_.end()) {
        image.version = found->second;
    } else if (result_.scenario) {
        for (const auto& driver : result_.scenario->drivers)
            for (const auto& file : driver.versions)
                if (file_key(file.file) == key) image.version = file.version;
    }
    images_[event.image] = std::move(image);
}

std::string Naming::process(ProcessId id) const {
    if (!id) return "";
    const auto found = processes_.find(id);
    return found == processes_.end() ? journal::text_of(id, words_) : found->second;
}

std::string Naming::port(PortId id) const {
    return id ? journal::text_of(id, words_) : "";
}

std::string Naming::driver(DriverId id) const {
    const auto found = drivers_.find(id);
    return found == drivers_.end() ? journal::text_of(id, {}) : found->second;
}

std::string Naming::version(ImageId id) const {
    const auto found = images_.find(id);
    return found == images_.end() ? "" : found->second.version;
}

std::string Naming::build_id(ImageId id) const {
    const auto found = images_.find(id);
    return found == images_.end() ? "" : found->second.build_id;
}

std::string Naming::code(DriverId id, ImageId image) const {
    const std::string v = version(image);
    return v.empty() ? driver(id) : driver(id) + "/" + v;
}

std::vector<PortId> Naming::ports_of(DriverId id) const {
    std::vector<PortId> out;
    for (const auto& port : ports_)
        if (port.driver == id) out.push_back(port.id);
    return out;
}

} // namespace ddll::report
