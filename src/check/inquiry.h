#pragma once
/// What a check knows while it is under way: the files, and as what they are run; what was found so far; which rows of
/// the law hold. Internal to check/.
#include "check/check.h"
#include "check/gathered.h"
#include "check/made_scenarios.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::check {

struct Inquiry {
    /// Names the files and makes what stands for an older version where there is none.
    explicit Inquiry(const Request& request);

    bool compares() const { return !request.against.empty(); }
    Gathered& gathered(Side side) { return found[static_cast<std::size_t>(side)]; }
    /// The newer file by itself.
    const Subject& own() const { return compares() ? alone.front() : subject; }
    /// Those whose scenarios are run.
    std::vector<const Subject*> subjects() const;
    /// Told once, however often it is seen.
    void holds(Ground ground, std::string why);
    /// Nothing can be said of the replacement: whose fault that is, is said.
    void is_in_the_way(const std::string& why);
    /// By the findings, and not by the clock: the same on every machine.
    bool takes_long(Side of);

    const Request& request;
    Subject subject;
    std::vector<Subject> alone; ///< with an older file: each of the two by itself, the newer one first
    Gathered found[3];          ///< for each Side
    std::vector<findings::Finding> statics;
    std::uint64_t variables = 0; ///< bytes, in the newer file, besides the entry
    bool openable = true;
    bool older_usable = true;
    bool unseen = false;         ///< a run of the older file was left out
    std::vector<Reason> reasons; ///< beside those that findings and runs give
    CheckResult out;

private:
    std::string twin_of(const std::string& file);

    std::vector<Twin> twins_;
};

/// What the files say of themselves and of each other. Error: a file that is no driver library at all. files.cpp
Result<void> read_files(Inquiry& inquiry, const findings::StaticWorld& world);

} // namespace ddll::check
