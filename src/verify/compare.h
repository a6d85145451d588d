#pragma once
/// Lays what ddlltool and a node did in one step side by side.
#include "scenario/step_record.h"
#include "term/text.h"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ddll::verify {

/// Which pid, port or reference of ddlltool is which of the node: known by where each appeared first.
class Identities {
public:
    /// Numbers of dlopen's texts and of ports are matched in the same way: for a node that has run other scenarios
    /// before.
    bool node_has_past = false;

    /// Whether the terms are the same once identities are matched. Remembers new pairs, also when the answer is no:
    /// work on a copy to try.
    bool same(const term::Term& ours, const term::Term& nodes);

    /// Number of the node for one of ours: for a text that both have in a list of dlopen's texts.
    const std::map<std::string, std::string>& pairs() const { return to_node_; }

private:
    bool same_identity(const std::string& ours, const std::string& nodes);
    bool same_external(const term::Term& ours, const term::Term& nodes);

    std::map<std::string, std::string> to_node_, to_ours_; ///< external forms
};

/// As a journal keeps it: what is too long is abridged.
scenario::StepRecord as_kept(scenario::StepRecord record);

/// Descriptors are numbered by the system: a callback's arguments without them.
void drop_descriptors(scenario::DriverCall& call);

/// One thing that both did differently.
struct Difference {
    std::string what; ///< "returns", "receives alice", "driver_calls", "erl_ddll:info()", ...
    std::string ours, nodes;
};

/// How the identities of each are written.
struct Namers {
    term::Namer ours, nodes;
};

/// Of a step, what is to be compared.
struct Compared {
    std::string caller;               ///< the process that made the step's call, or empty
    std::set<std::string> said_order; ///< processes for which the scenario says what comes before the return
};

/// All differences of a step. `identities` learns.
std::vector<Difference> compare(const scenario::StepRecord& ours, const scenario::StepRecord& nodes,
                                const Compared& compared, Identities& identities, const Namers& namers);

} // namespace ddll::verify
