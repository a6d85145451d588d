#pragma once
/// A scenario as the Erlang terms that node/ddlltool_story.erl runs. Internal to verify/.
#include "scenario/scenario.h"

#include <map>
#include <string>

namespace ddll::verify {

/// `"text"` with everything escaped that has to be.
std::string erlang_string(std::string_view text);
/// Quoted where it needs quotes.
std::string erlang_atom(std::string_view name);

/// The driver files of a suite, each once: counter/v1.so, below its data folder. Two scenarios may mean different files
/// by one name and version: then one of them gets a number.
class Libraries {
public:
    std::string place(const std::string& driver, const scenario::DriverFile& file);
    /// Places, each with the file that goes there.
    const std::map<std::string, std::string>& all() const { return sources_; }

private:
    std::map<std::string, std::string> sources_;
};

/// Real time for the scenario on a node, in seconds: more than in ddlltool, for nodes are slow to rest.
std::int64_t scenario_seconds(const scenario::Scenario& scenario);

/// The list that ddlltool_story:play/2 takes, indented by `indent` spaces.
std::string scenario_terms(const scenario::Scenario& scenario, Libraries& libraries, std::size_t indent);

} // namespace ddll::verify
