#include "check/inquiry.h"
#include "lifecycle/format_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace ddll::check {

namespace {

/// Libraries that end the process, or the checker, just by being opened.
bool may_be_opened(const std::vector<findings::Finding>& statics) {
    return std::none_of(statics.begin(), statics.end(),
                        [](const findings::Finding& f) { return f.rule == Rule::sanitizer_build; });
}

// What erl_ddll says to one.
std::string refusal_of_nif() {
    return fmt::format("erl_ddll answers {{error, no_driver_init}}, \"{}\"",
                       lifecycle::format_error("no_driver_init").value_or(""));
}

Result<void> read_older(Inquiry& in, const findings::StaticWorld& world, image::LibraryFiles& libraries,
                        findings::StaticFacts newer) {
    auto older = findings::read_static_facts(in.request.against, world, libraries);
    if (!older) return std::move(older).error();
    older->driver = in.subject.name;
    const std::vector<findings::Finding> found = findings::find_static(*older);
    for (const findings::Finding& one : found) in.gathered(Side::older).add(one);
    if (older->is_nif_library())
        in.is_in_the_way("the older file is a NIF library: " + refusal_of_nif());
    else if (!may_be_opened(found))
        in.is_in_the_way("the older file cannot be opened here without ending the process");
    std::vector<findings::StaticFacts> both;
    both.push_back(*std::move(older));
    both.push_back(std::move(newer));
    for (const findings::Finding& shared : findings::find_shared_state(both))
        in.gathered(Side::replacement).add(shared);
    in.out.looked_at.emplace_back("what it shares with the older one");
    return {};
}

} // namespace

Result<void> read_files(Inquiry& in, const findings::StaticWorld& world) {
    image::LibraryFiles libraries;
    auto facts = findings::read_static_facts(in.request.file, world, libraries);
    if (!facts && (!in.compares() || !std::filesystem::exists(in.request.file))) return std::move(facts).error();
    if (!facts) {
        // A reload would find that out when the old driver is gone.
        auto found = findings::finding_of(Rule::reload_leaves_no_driver, in.subject.name, facts.error().message);
        found.severity = Severity::error;
        in.gathered(Side::newer).add(found);
        in.openable = false;
        in.holds(Ground::refused_by_node, fmt::format("the new file cannot be loaded: {}", facts.error().message));
        return {};
    }
    facts->driver = in.subject.name;
    in.variables = findings::variables_besides(facts->elf, 1);
    in.statics = findings::find_static(*facts);
    in.openable = may_be_opened(in.statics);
    if (facts->is_nif_library()) in.holds(Ground::refused_by_node, "the file is a NIF library: " + refusal_of_nif());
    in.out.looked_at.emplace_back("what the file says of itself, without running it");
    for (const findings::Finding& found : in.statics) in.gathered(Side::newer).add(found);
    if (in.compares()) return read_older(in, world, libraries, *std::move(facts));
    in.out.not_looked_at.emplace_back("the differences to an older version: --against names one");
    return {};
}

} // namespace ddll::check
