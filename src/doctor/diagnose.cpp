// From what was seen to what is wrong. Pure.
#include "doctor/doctor.h"
#include "doctor/way.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace ddll::doctor {
namespace {

using words::LibraryState;
using words::LiveProblem;

std::string id_text(const std::string& build_id) {
    return build_id.empty() ? "no build-id" : "build-id " + build_id;
}

std::string difference_text(const MappedDriver& driver) {
    return fmt::format("mapped {}, file now {}", id_text(driver.build_id), id_text(driver.file_build_id));
}

/// The file alone proves it. Others depend on what the code does, and notes are usual in good drivers.
bool certain(const findings::Finding& pin) {
    return pin.severity == words::row(pin.rule).severity;
}
bool possible(const findings::Finding& pin) {
    return !certain(pin) && pin.severity != words::Severity::note;
}

std::string pins_text(const MappedDriver& driver, bool (*which)(const findings::Finding&)) {
    std::vector<std::string> out;
    for (const findings::Finding& pin : driver.pins)
        if (which(pin)) out.push_back(fmt::format("{} ({})", name(pin.rule), pin.evidence));
    return fmt::format("{}", fmt::join(out, "; "));
}

class Diagnoser {
public:
    explicit Diagnoser(Diagnosis& out) : out_(out) {}

    void run() {
        if (out_.mapped)
            for (const MappedDriver& driver : out_.mapped->drivers) {
                look_at(driver);
                look_at_needs(driver);
            }
        if (out_.node)
            for (const NodeDriver& driver : out_.node->drivers) look_at(driver);
        std::ranges::stable_sort(out_.problems, {}, &Problem::kind);
    }

private:
    void look_at(const MappedDriver& driver) {
        const std::string pins = pins_text(driver, certain), perhaps = pins_text(driver, possible);
        const auto and_perhaps = [&](std::string text) {
            return perhaps.empty() ? text : fmt::format("{}; perhaps pinned by {}", text, perhaps);
        };
        switch (driver.state) {
        case LibraryState::current:
        case LibraryState::same_contents:
            if (!pins.empty()) add(LiveProblem::pinned, driver, pins);
            if (!perhaps.empty()) add(LiveProblem::perhaps_pinned, driver, perhaps);
            break;
        case LibraryState::stale:
            if (!pins.empty())
                add(LiveProblem::stale_pinned, driver, fmt::format("{}; pinned by {}", difference_text(driver), pins));
            else
                add(LiveProblem::stale, driver, and_perhaps(difference_text(driver)));
            break;
        case LibraryState::removed:
            add(LiveProblem::removed, driver, fmt::format("mapped {}, no file at its path", id_text(driver.build_id)));
            break;
        case LibraryState::overwritten:
            add(LiveProblem::overwritten, driver,
                "addresses that the loader filled in are not those of the file as it is now");
            break;
        case LibraryState::unknown:
            add(LiveProblem::unknown, driver, driver.unknown_because);
            break;
        }
        if (!driver.others.empty())
            add(LiveProblem::mapped_twice, driver,
                and_perhaps(fmt::format("also mapped: {}", fmt::join(driver.others, ", "))));
        else if (driver.state != LibraryState::overwritten &&
                 out_.node && // whose name in erl_ddll was overwritten, too
                 std::ranges::find(out_.node->drivers, driver.name, &NodeDriver::name) == out_.node->drivers.end())
            add(LiveProblem::left_behind, driver,
                pins.empty() ? and_perhaps("erl_ddll:info/0 does not name it")
                             : fmt::format("erl_ddll:info/0 does not name it; pinned by {}", pins));
    }

    void look_at_needs(const MappedDriver& driver) {
        for (const StaleNeed& need : driver.stale_needs)
            add(need.of_system ? LiveProblem::system_library_stale : LiveProblem::dependency_stale, driver,
                need.gone ? fmt::format("{}: mapped {}, no file is found now", need.path, id_text(need.build_id))
                          : fmt::format("{}: mapped {}, {} {}", need.path, id_text(need.build_id),
                                        need.file == need.path ? "file now" : need.file + " has",
                                        id_text(need.file_build_id)));
    }

    void look_at(const NodeDriver& driver) {
        const Pending pending = pending_of(driver);
        if (pending == Pending::nothing) return;
        out_.problems.push_back(
            {pending == Pending::reload ? LiveProblem::reload_pending : LiveProblem::unload_pending,
             driver.name,
             {},
             fmt::format("port_count {}, {} in awaiting_load, {} in awaiting_unload", driver.port_count,
                         driver.awaiting_load.size(), driver.awaiting_unload.size())});
    }

    void add(LiveProblem kind, const MappedDriver& driver, std::string evidence) {
        out_.problems.push_back({kind, driver.name, driver.library.path, std::move(evidence)});
    }

    Diagnosis& out_;
};

bool has(const Diagnosis& diagnosis, words::Severity severity) {
    return std::ranges::any_of(diagnosis.problems,
                               [&](const Problem& problem) { return words::row(problem.kind).severity == severity; });
}

} // namespace

Diagnosis diagnose(std::optional<Mapped> mapped, std::optional<NodeState> node) {
    Diagnosis out{std::move(mapped), std::move(node), {}, {}};
    Diagnoser(out).run();
    return out;
}

bool anything_wrong(const Diagnosis& diagnosis) {
    return has(diagnosis, words::Severity::error);
}

bool complete(const Diagnosis& diagnosis) {
    return !has(diagnosis, words::Severity::warning) && (!diagnosis.mapped || diagnosis.mapped->unread.empty());
}

} // namespace ddll::doctor
