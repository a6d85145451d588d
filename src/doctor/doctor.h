#pragma once
/// doctor/ looks at a live node from outside and changes nothing: what is mapped (examine), what erl_ddll says and
/// which processes and ports hold it (node_state.h), and which calls would free it (way.h). It runs no driver and knows
/// no Host. Read next: maps.h, process.h.
#include "base/result.h"
#include "doctor/maps.h"
#include "doctor/node_state.h"
#include "findings/finding.h"
#include "image/elf_facts.h"
#include "words/live.h"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace ddll::doctor {

/// A library that a driver needs, where the node has another one mapped than the loader would find now.
struct StaleNeed {
    std::string path, build_id;      ///< mapped
    std::string file, file_build_id; ///< found now; the same path when the file was replaced
    bool gone = false;               ///< nothing is at its path
    bool of_system = false;          ///< comes with the system: other programs have it as well
};

/// A driver library as the node has it.
struct MappedDriver {
    MappedLibrary library;
    std::string name; ///< as Erlang calls it: the file's name without ".so"
    words::LibraryState state = words::LibraryState::unknown;
    std::string build_id;                ///< of what is mapped; empty when it has none or could not be read
    std::string file_build_id;           ///< of the file that the path names now; likewise
    std::string unknown_because;         ///< for LibraryState::unknown
    std::vector<findings::Finding> pins; ///< what keeps it in memory after an unload, as its file says
    std::vector<std::string> others;     ///< paths of other mapped libraries of the same driver name
    std::vector<StaleNeed> stale_needs;  ///< of what it needs, and what that needs
};

/// What a process of this machine has mapped.
struct Mapped {
    pid_t pid = 0;
    std::string program;                    ///< "beam.smp"
    std::vector<MappedDriver> drivers;      ///< by path; of one path in the order of their addresses
    std::vector<std::string> nif_libraries; ///< paths: mapped, and not checked
    std::vector<Error> unread;              ///< libraries of which nothing could be read
};

struct Problem {
    words::LiveProblem kind{};
    std::string driver;
    std::string path;     ///< empty: erl_ddll alone knows of it
    std::string evidence; ///< what was observed
};

/// One look at a node: at least one of its halves is there.
struct Diagnosis {
    std::optional<Mapped> mapped;
    std::optional<NodeState> node;
    std::string mapped_trouble;    ///< why there is no `mapped`, where only the node's name was given
    std::vector<Problem> problems; ///< gravest first
};

/// Looks at the node that runs as process `pid`, by /proc alone. Errors: no such process, no permission, not an Erlang
/// node (with the node that may have been meant).
Result<Mapped> examine(pid_t pid);

/// Puts together what was seen. Pure. diagnose.cpp
Diagnosis diagnose(std::optional<Mapped> mapped, std::optional<NodeState> node);

/// Is anything mapped that its path does not name, or twice, or for no driver?
bool anything_wrong(const Diagnosis& diagnosis);
/// Could everything be checked?
bool complete(const Diagnosis& diagnosis);

} // namespace ddll::doctor
