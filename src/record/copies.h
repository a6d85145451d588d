#pragma once
/// Driver files of a recording: copies that the witness made when they were opened.
#include "record/node_log.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ddll::record {

struct DriverCopy {
    std::string driver, version;
    std::string file;
    bool broken = false; ///< the node's loader did not take it
};

/// The copies of all nodes of a recording: equal ones are one, and each other one of a driver is a new version.
class Copies {
public:
    /// Nothing when there is no such file.
    std::optional<DriverCopy> add(const std::string& driver, const std::string& file, bool broken);
    const std::vector<DriverCopy>& all() const { return all_; }

private:
    std::vector<DriverCopy> all_;
    std::map<std::pair<std::string, std::string>, std::size_t> known_; ///< by driver and digest
};

/// Which files one node opened as drivers, and when.
class Openings {
public:
    /// `wanted`: drivers; empty: all that some process loads.
    Openings(const NodeLog& log, const std::vector<std::string>& wanted, Copies& copies);

    /// Whether a process loads the driver, and it is wanted.
    bool is_wanted(const std::string& driver) const;

    struct Library {
        std::string driver;
        std::string version{};
    };
    /// By the number that the witness gave it.
    const Library& library(std::uint32_t number) const;

    /// The file that a call, the event `at`, asks for: what is opened for the driver before it is asked for again, or
    /// else what was opened before. Its version; empty where there is no file. Nothing when none was ever opened.
    std::optional<std::string> asked_for(const std::string& driver, std::size_t at) const;

private:
    struct Opening {
        std::size_t at = 0;
        std::string driver, version;
    };
    void find_loads(const NodeLog& log);
    void opened(std::size_t at, const Event& event, const NodeLog& log, Copies& copies);
    void refused(std::size_t at, const Event& event, const NodeLog& log, Copies& copies);

    std::vector<std::string> wanted_; ///< sorted
    std::map<std::uint32_t, Library> libraries_;
    std::vector<Opening> openings_;
    std::map<std::string, std::vector<std::size_t>> loads_; ///< events, by driver
};

} // namespace ddll::record
