#include "record/copies.h"

#include "base/sha256.h"
#include "base/text.h"
#include "record/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::record {

namespace {

constexpr std::size_t largest_library = std::size_t{1} << 30;

std::string stem_of(const std::string& path) {
    return std::filesystem::path(path).stem();
}

/// The call of EUnit inside of which a test does all that it does, or its return.
bool surrounds_a_test(const Event& event) {
    return event.kind == Kind::term && event.what.is_tuple(3) && event.what.elements()[1].is_atom("run_testfun");
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
    find_loads(log);
    for (const auto& [driver, events] : loads_)
        if (wanted.empty() || std::ranges::find(wanted, driver) != wanted.end()) wanted_.push_back(driver);
    for (std::size_t i = 0; i < log.events.size(); ++i) {
        if (log.events[i].kind == Kind::library_path) opened(i, log.events[i], log, copies);
        if (log.events[i].kind == Kind::refused) refused(i, log.events[i], log, copies);
    }
}

/// Those that no other call makes.
void Openings::find_loads(const NodeLog& log) {
    std::map<term::Term, int> depth;
    for (std::size_t i = 0; i < log.events.size(); ++i) {
        const Event& event = log.events[i];
        if (event.is(TermTag::ended)) depth.erase(event.process);
        if (surrounds_a_test(event)) continue;
        if (event.is(TermTag::returned) || event.is(TermTag::raised)) --depth[event.process];
        if (!event.is(TermTag::call) || depth[event.process]++ > 0) continue;
        if (const auto call = call_of({}, event.what); call && is_load(*call)) loads_[driver_of(*call)].push_back(i);
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

std::optional<std::string> Openings::asked_for(const std::string& driver, std::size_t at) const {
    std::size_t again = SIZE_MAX;
    if (const auto loads = loads_.find(driver); loads != loads_.end())
        if (const auto next = std::ranges::upper_bound(loads->second, at); next != loads->second.end()) again = *next;
    std::optional<std::string> before;
    for (const Opening& opening : openings_) {
        if (opening.driver != driver || opening.at > again) continue;
        if (opening.at > at) return opening.version;
        before = opening.version;
    }
    return before;
}

} // namespace ddll::record
