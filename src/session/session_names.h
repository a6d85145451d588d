#pragma once
/// What a session calls things: variables for values, and the names of processes.
#include "journal/entry.h"
#include "term/text.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace ddll::session {

class SessionNames {
public:
    struct Named {
        std::string printed, name;
    };
    /// Each entry once, in their order. Gives the pid, port or reference that has got its first name.
    std::optional<Named> see(const journal::Entry& entry);
    /// Taken before its value is known.
    void take(const std::string& variable) { variables_.insert(variable); }

    /// All that have a value, or will have one when the step is done.
    const std::set<std::string>& variables() const { return variables_; }
    /// Pids, ports and references by name. Refers to this.
    term::Namer namer() const;
    /// Empty for one that is not known.
    std::string process(ProcessId id) const;

private:
    std::set<std::string> variables_;
    std::map<std::string, std::string> printed_; ///< pid, port or reference to the first name it got
    std::map<ProcessId, std::string> processes_;
};

} // namespace ddll::session
