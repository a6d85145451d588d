#pragma once
/// Scenarios as a test suite of Erlang's own: a module of Common Test or EUnit that runs them on whatever node it runs
/// on, with real processes and drivers. It needs no ddlltool: node/ddlltool_story.erl and the player go with it.
#include "scenario/scenario.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ddll::verify {

enum class SuiteKind : std::uint8_t { common_test, eunit };

struct SuiteFile {
    std::string path; ///< below the folder of the suite
    std::string text; ///< empty where `copy_of` is a file
    std::string copy_of;
};

struct SuiteCase {
    std::string name;    ///< of the function
    std::string file;    ///< the scenario
    std::string skipped; ///< why a node cannot run it; empty when it can
};

struct Suite {
    std::string module; ///< counter_SUITE, counter_tests
    std::vector<SuiteFile> files;
    std::vector<SuiteCase> cases;
};

/// What a node that belongs to others cannot do of this scenario, with the number of the step; empty when it can do
/// all of it.
std::string why_not_on_a_node(const scenario::Scenario& scenario);

/// `name` is the beginning of the module's name.
Suite make_suite(SuiteKind kind, const std::string& name, const std::vector<scenario::Scenario>& scenarios);

/// The first line of each file that make_suite makes: such a file may be made anew.
extern const std::string_view suite_mark;

} // namespace ddll::verify
