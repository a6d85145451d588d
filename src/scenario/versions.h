#pragma once
/// Which version of the scenario an opened library is: known by its build-id, or by content where there is none.
#include "image/elf_facts.h"
#include "journal/entry.h"
#include "scenario/scenario.h"

#include <string>
#include <vector>

namespace ddll::scenario {

class Versions {
public:
    /// Reads the facts of every usable driver file of the scenario.
    explicit Versions(const Scenario& scenario);
    Versions() = default;
    /// One more; nothing when the file is no library.
    void add(const std::string& driver, const DriverFile& file);

    struct Known {
        std::string driver, version;
        std::string file;
        image::ElfFacts facts;
    };
    /// The version an opening shows; of several with equal content the one of that driver name, else the first.
    const Known* of(const journal::ImageOpened& opened) const;
    /// The version of the file that lies at `path` now.
    const Known* of_file(const std::string& path) const;

private:
    const Known* match(const std::string& build_id, std::uint64_t hash, std::string_view path) const;

    std::vector<Known> known_;
};

} // namespace ddll::scenario
