#pragma once
/// The scenarios that a driver is checked with. Each is one like any other: what is found can be run again.
#include "base/result.h"
#include "check/check.h"
#include "scenario/work_folder.h"
#include "words/rule.h"

#include <cstdint>
#include <string>
#include <vector>

namespace ddll::check {

/// What the scenarios are about.
struct Subject {
    std::string name;            ///< of the driver
    std::string older, newer;    ///< files; the same one when there is only one
    std::uint32_t callbacks = 0; ///< a bit for each journal::Callback of the newer one's entry
    unsigned cycles = 5;
    std::string open;           ///< what ports are opened with: the name, and arguments for start
    std::vector<OwnCall> calls; ///< made to each port
    bool invents = false;       ///< with no calls of its users, one of each kind is invented
    unsigned shape = 0;         ///< of the data then: below `shapes`
    Side of = Side::newer;      ///< `replacement`: the files are two
    bool compared = false;      ///< with the other side: titles say which file it is
};

/// With one file only, the older version is the same code under another build-id: so it can be told which of the two
/// runs after a reload. twin.cpp
struct Twin {
    scenario::WorkFolder folder; ///< goes with it
    std::string path;
};
Result<Twin> make_twin(const std::string& file, const std::string& name);

/// What a driver does with each shape of invented data does not depend on the data.
inline constexpr unsigned shapes = 3;

/// The calls that the scenarios make to each port, with the variable Port for it.
std::vector<std::string> calls_of(const Subject& subject);

struct MadeScenario {
    std::string id, title;
    std::string text;               ///< JSON
    bool invents = false;           ///< some of its calls
    Side of = Side::newer;          ///< whose files it uses
    bool replaces = false;          ///< the older file by the newer one
    bool compares = false;          ///< what it finds does not count: the answers are looked at
    std::vector<words::Rule> makes; ///< rules that the scenario itself breaks: no findings about the driver
};

/// Load and unload: the first thing to be run, and all when the driver cannot be loaded.
MadeScenario first_scenario(const Subject& subject);

/// The older one is replaced before anybody uses it: for one that does not live through its use.
MadeScenario unused_replacement(const Subject& subject);

/// The others, for a level of strictness.
std::vector<MadeScenario> scenarios_for(const Subject& subject, unsigned strictness);

/// Of these the one that loads, uses and unloads, and no more.
MadeScenario usual_use(const Subject& subject);

/// What each of many ports leaves behind. By the number of its calls it may take long: not to end in time says nothing
/// about the driver.
MadeScenario many_ports(const Subject& subject);

/// The same calls made to the older and to the newer file, for a comparison of what they answer.
std::vector<MadeScenario> comparison(const Subject& subject);

} // namespace ddll::check
