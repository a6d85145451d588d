#pragma once
/// Which version of the scenario an opened library is: known by its build-id, or by content where there is none.
#include "image/elf_facts.h"
#include "journal/entry.h"
#include "scenario/scenario.h"

#include <sys/stat.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ddll::scenario {

/// Facts of files that many scenarios name: read once, and again when a file is another one than it was.
class FactsOnce {
public:
    /// Null: no library.
    std::shared_ptr<const image::ElfFacts> of(const std::string& file);

private:
    struct Read {
        struct stat file;
        std::shared_ptr<const image::ElfFacts> facts;
    };
    std::map<std::string, Read> read_;
};

class Versions {
public:
    /// The facts of every usable driver file of the scenario.
    Versions(const Scenario& scenario, FactsOnce& facts);
    explicit Versions(const Scenario& scenario);
    Versions() = default;
    /// One more; nothing when the file is no library.
    void add(const std::string& driver, const DriverFile& file);

    struct Known {
        std::string driver, version;
        std::string file;
        std::shared_ptr<const image::ElfFacts> facts;
    };
    /// The version an opening shows; of several with equal content the one of that driver name, else the first.
    const Known* of(const journal::ImageOpened& opened) const;
    /// The version of the file that lies at `path` now.
    const Known* of_file(const std::string& path) const;

private:
    void keep(const std::string& driver, const DriverFile& file, std::shared_ptr<const image::ElfFacts> facts);
    const Known* match(const std::string& build_id, std::uint64_t hash, std::string_view path) const;

    std::vector<Known> known_;
};

} // namespace ddll::scenario
