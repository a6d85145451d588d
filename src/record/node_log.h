#pragma once
/// What the witness and the tracer wrote on one node, read back.
#include "base/result.h"
#include "term/term.h"
#include "verify/witness_format.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ddll::record {

using verify::witness::Kind;
using verify::witness::TermTag;

struct Event {
    Kind kind{};
    TermTag tag{};                       ///< of Kind::term
    std::uint32_t library = 0, port = 0; ///< of the witness
    std::uint64_t a = 0;
    std::string data{};
    term::Term process{}, what{}, more{}; ///< of Kind::term

    bool is(TermTag t) const { return kind == Kind::term && tag == t; }
};

struct NodeLog {
    std::string file; ///< its copies of libraries lie beside it
    std::string otp{}, erts{};
    std::vector<std::string> linked_in{};
    std::map<term::Term, std::string> names{}; ///< of processes, when the recording began
    std::vector<term::Term> trapping{};        ///< those that trap exits, then
    std::vector<Event> events{};
    bool full = false; ///< the end is missing

    /// A copy of what was opened, made when it was.
    std::string library_file(std::uint32_t number) const;
    std::string refused_file(std::uint64_t number) const;
};

/// Nothing for a file that no emulator has begun. What cannot be read ends the log: the node may have died in it.
std::optional<NodeLog> read_node_log(const std::string& file);

} // namespace ddll::record
