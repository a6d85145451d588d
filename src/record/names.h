#pragma once
/// What processes, ports and references of a node are called in a scenario. A process has its name from the beginning,
/// a port and a reference from where it first appears.
#include "term/text.h"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace ddll::record {

class Names {
public:
    /// Gives the process a name like `wanted` that no other has, in the form that scenarios allow.
    void add_process(const term::Term& process, const std::string& wanted);
    /// A variable for a folder.
    std::string add_folder(const std::string& folder);

    /// Empty for a process without one.
    std::string of_process(const term::Term& process) const;

    /// The text of a term; nothing where it contains what has no name yet, or a fun.
    std::optional<std::string> text(const term::Term& term) const;
    /// A pattern for a term, which gives names to what has none.
    std::string pattern(const term::Term& term);

    const std::map<std::string, std::string>& folders() const { return folders_; } ///< by path

private:
    std::string fresh_variable(const std::string& wanted);

    std::map<term::Term, std::string> processes_; ///< alice
    std::map<term::Term, std::string> variables_; ///< Alice, P, Ref2
    std::map<std::string, std::string> folders_;
    std::set<std::string> taken_;
};

/// Whether a fun is in it, which has no text form.
bool has_fun(const term::Term& term);

} // namespace ddll::record
