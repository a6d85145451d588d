#include "scenario/versions.h"

namespace ddll::scenario {

namespace {

// "live/sub/deep.so" is driver "deep" or "sub/deep"; the longer name is tried by suffix.
bool named(const std::string& driver, std::string_view path) {
    const std::string suffix = "/" + driver + ".so";
    return path.size() >= suffix.size() && path.substr(path.size() - suffix.size()) == suffix;
}

// It was not written to, and no other one was put in its place.
bool same_file(const struct stat& a, const struct stat& b) {
    const auto at_once = [](const timespec& x, const timespec& y) {
        return x.tv_sec == y.tv_sec && x.tv_nsec == y.tv_nsec;
    };
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino && a.st_size == b.st_size && at_once(a.st_mtim, b.st_mtim) &&
           at_once(a.st_ctim, b.st_ctim);
}

} // namespace

std::shared_ptr<const image::ElfFacts> FactsOnce::of(const std::string& file) {
    struct stat now {};
    if (stat(file.c_str(), &now) != 0) return nullptr;
    const auto known = read_.find(file);
    if (known != read_.end() && same_file(known->second.file, now)) return known->second.facts;
    auto facts = image::read_elf_facts(file, image::Reading::identity);
    return (read_[file] = {now, facts ? std::make_shared<const image::ElfFacts>(*std::move(facts)) : nullptr}).facts;
}

Versions::Versions(const Scenario& scenario, FactsOnce& facts) {
    for (const DriverDecl& driver : scenario.drivers)
        for (const DriverFile& file : driver.versions) keep(driver.name, file, facts.of(file.file));
}

Versions::Versions(const Scenario& scenario) {
    for (const DriverDecl& driver : scenario.drivers)
        for (const DriverFile& file : driver.versions) add(driver.name, file);
}

void Versions::add(const std::string& driver, const DriverFile& file) {
    FactsOnce facts;
    keep(driver, file, facts.of(file.file));
}

void Versions::keep(const std::string& driver, const DriverFile& file, std::shared_ptr<const image::ElfFacts> facts) {
    if (facts) known_.push_back({driver, file.version, file.file, std::move(facts)});
}

const Versions::Known* Versions::match(const std::string& build_id, std::uint64_t hash, std::string_view path) const {
    const Known* first = nullptr;
    for (const Known& known : known_) {
        const bool same = build_id.empty() ? known.facts->build_id.empty() && known.facts->content_hash == hash
                                           : known.facts->build_id == build_id;
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
