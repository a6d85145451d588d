#pragma once
/// The law of verdicts: everything that a check can come to, a row each, and what follows of it. docs/check.md has the
/// same table, which a test compares. Which rows hold is said by verdict.h.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ddll::check {

/// From the least to the gravest: the verdict is the gravest of all rows that hold. Only an interrupted check is
/// UNKNOWN whatever it has seen by then.
enum class Safety : std::uint8_t {
    safe,
    safe_if, ///< as long as the conditions hold
    unknown, ///< what would have to be seen could not be checked
    unsafe,
};
inline constexpr std::array<std::string_view, 4> safety_names = {"SAFE", "SAFE-IF", "UNKNOWN", "UNSAFE"};
constexpr const char* name(Safety verdict) {
    return safety_names[static_cast<std::size_t>(verdict)].data();
}

enum class Ground : std::uint8_t {
    nothing,
    older_only,
    accepted,
    warning,
    invented_data,
    older_hampers,
    not_opened,
    no_port,
    limit_reached,
    only_here,
    older_in_the_way,
    interrupted,
    refused_here,
    own_fault,
    refused_by_node,
    older_breaks,
    error,
    workload_failed,
    hung,
    crashed,
};

struct LawRow {
    Ground ground;
    Safety verdict;
    int exit; ///< what `ddlltool check` ends with
    std::string_view what;
};

/// In the order of Ground: of two rows with the same verdict the later one is the main reason.
inline constexpr LawRow law[] = {
    {Ground::nothing, Safety::safe, 0, "nothing above a note, and ports were opened"},
    {Ground::older_only, Safety::safe, 0, "what only the older file has, and what does not harm its replacement"},
    {Ground::accepted, Safety::safe_if, 0, "an error or a warning that a suppression accepts"},
    {Ground::warning, Safety::safe_if, 1, "a warning"},
    {Ground::invented_data, Safety::safe_if, 1, "an error that only data invented by ddlltool provoked"},
    {Ground::older_hampers, Safety::safe_if, 1, "a fault of the older file that can harm its replacement"},
    {Ground::not_opened, Safety::unknown, 1, "a library that must not be opened by ddlltool"},
    {Ground::no_port, Safety::unknown, 1, "no port could be opened"},
    {Ground::limit_reached, Safety::unknown, 1, "a limit of ddlltool was reached: time, memory, journal"},
    {Ground::only_here, Safety::unknown, 1, "a name that a node has and ddlltool has not"},
    {Ground::older_in_the_way, Safety::unknown, 1, "the older file is such that its replacement could not be checked"},
    {Ground::interrupted, Safety::unknown, 1, "interrupted"},
    {Ground::refused_here, Safety::unknown, 3, "the file could not be loaded for a reason of this machine"},
    {Ground::own_fault, Safety::unknown, 70, "a bug of ddlltool"},
    {Ground::refused_by_node, Safety::unsafe, 1, "a node would not load the file"},
    {Ground::older_breaks, Safety::unsafe, 1, "a fault of the older file that breaks its replacement"},
    {Ground::error, Safety::unsafe, 1, "an error"},
    {Ground::workload_failed, Safety::unsafe, 1, "an expectation of a workload failed"},
    {Ground::hung, Safety::unsafe, 5, "the driver hung"},
    {Ground::crashed, Safety::unsafe, 4, "the driver crashed"},
};
static_assert(
    [] {
        for (std::size_t i = 0; i < std::size(law); ++i)
            if (law[i].ground != static_cast<Ground>(i) || (i > 0 && law[i].verdict < law[i - 1].verdict)) return false;
        return std::size(law) == static_cast<std::size_t>(Ground::crashed) + 1;
    }(),
    "a row for each ground, in their order, and gravest last");

constexpr const LawRow& row(Ground ground) {
    return law[static_cast<std::size_t>(ground)];
}

} // namespace ddll::check
