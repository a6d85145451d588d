#include "record/copies.h"

#include "base/sha256.h"
#include "base/text.h"
#include "record/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace ddll::record {

namespace {

constexpr std::size_t largest_library = std::size_t{1} << 30;

std::string stem_of(const std::string& path) {
    return std::filesystem::path(path).stem();
}

/// Drivers that some process loads.
std::set<std::string> loaded_drivers(const NodeLog& log) {
    std::set<std::string> out;
    for (const Event& event : log.events)
        if (const auto call = event.is(TermTag::call) ? call_of({}, event.what) : std::nullopt)
            if (is_load(*call) && call->arguments.size() >= 2) out.insert(name_text(call->arguments[1]));
    return out;
}

} // namespace

std::optional<DriverCopy> Copies::add(const std::string& driver, const std::string& file, bool broken) {
    const auto bytes = read_file(file, largest_library);
    if (!bytes) return std::nullopt;
    const auto [it, fresh] = known_.try_emplace({driver, sha256(*bytes)}, all_.size());
    if (!fresh) return all_[it->second];
    const auto others = std::ranges::count(all_, driver, &DriverCopy::driver);
    all_.push_back({driver, fmt::format("v{}", others + 1), file, broken});
    return all_.back();
}

Openings::Openings(const NodeLog& log, const std::vector<std::string>& wanted, Copies& copies) {
    for (const std::string& driver : loaded_drivers(log))
        if (wanted.empty() || std::ranges::find(wanted, driver) != wanted.end()) wanted_.push_back(driver);
    for (std::size_t i = 0; i < log.events.size(); ++i) {
        if (log.events[i].kind == Kind::library_path) opened(i, log.events[i], log, copies);
        if (log.events[i].kind == Kind::refused) refused(i, log.events[i], log, copies);
    }
}

bool Openings::is_wanted(const std::string& driver) const {
    return std::ranges::binary_search(wanted_, driver);
}

void Openings::opened(std::size_t at, const Event& event, const NodeLog& log, Copies& copies) {
    Library& library = libraries_[event.library];
    library.driver = stem_of(event.data);
    if (!is_wanted(library.driver)) return;
    if (const auto copy = copies.add(library.driver, log.library_file(event.library), false))
        library.version = copy->version;
    openings_.push_back({at, library.driver, library.version});
}

/// The emulator opens other libraries too; a driver's is one that a process has asked for.
void Openings::refused(std::size_t at, const Event& event, const NodeLog& log, Copies& copies) {
    const std::string driver = stem_of(event.data);
    if (!is_wanted(driver)) return;
    std::optional<DriverCopy> copy;
    if (event.a != 0) copy = copies.add(driver, log.refused_file(event.a), true);
    openings_.push_back({at, driver, copy ? copy->version : ""});
}

const Openings::Library& Openings::library(std::uint32_t number) const {
    static const Library none;
    const auto it = libraries_.find(number);
    return it == libraries_.end() ? none : it->second;
}

std::optional<std::string> Openings::next(const std::string& driver, std::size_t at) const {
    const auto it = std::ranges::find_if(openings_, [&](const Opening& o) { return o.at > at && o.driver == driver; });
    return it == openings_.end() ? std::nullopt : std::optional(it->version);
}

} // namespace ddll::record
