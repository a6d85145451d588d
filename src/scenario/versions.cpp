#include "scenario/versions.h"

namespace ddll::scenario {

namespace {

// "live/sub/deep.so" is driver "deep" or "sub/deep"; the longer name is tried by suffix.
bool named(const std::string& driver, std::string_view path) {
    const std::string suffix = "/" + driver + ".so";
    return path.size() >= suffix.size() && path.substr(path.size() - suffix.size()) == suffix;
}

} // namespace

Versions::Versions(const Scenario& scenario) {
    for (const DriverDecl& driver : scenario.drivers)
        for (const DriverFile& file : driver.versions) add(driver.name, file);
}

void Versions::add(const std::string& driver, const DriverFile& file) {
    if (auto facts = image::read_elf_facts(file.file, image::Reading::identity))
        known_.push_back({driver, file.version, file.file, *std::move(facts)});
}

const Versions::Known* Versions::match(const std::string& build_id, std::uint64_t hash, std::string_view path) const {
    const Known* first = nullptr;
    for (const Known& known : known_) {
        const bool same = build_id.empty() ? known.facts.build_id.empty() && known.facts.content_hash == hash
                                           : known.facts.build_id == build_id;
        if (!same) continue;
        if (named(known.driver, path)) return &known;
        if (first == nullptr) first = &known;
    }
    return first;
}

const Versions::Known* Versions::of(const journal::ImageOpened& opened) const {
    return match(std::string(opened.build_id), opened.content_hash, opened.path);
}

const Versions::Known* Versions::of_file(const std::string& path) const {
    const auto facts = image::read_elf_facts(path, image::Reading::identity);
    return facts ? match(facts->build_id, facts->content_hash, path) : nullptr;
}

} // namespace ddll::scenario
