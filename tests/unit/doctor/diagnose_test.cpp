#include "doctor/doctor.h"

#include <doctest/doctest.h>

using namespace ddll;
using namespace ddll::doctor;
using words::LibraryState;
using words::LiveProblem;

namespace {

MappedDriver mapped(std::string name, LibraryState state) {
    MappedDriver out;
    out.library.path = "/opt/" + name + ".so";
    out.name = std::move(name);
    out.state = state;
    out.build_id = "aa";
    out.file_build_id = "bb";
    return out;
}

findings::Finding pin(findings::Rule rule, findings::Severity severity) {
    findings::Finding out = findings::finding_of(rule, "counter", "a pin");
    out.severity = severity;
    return out;
}

NodeDriver on_node(std::string name) {
    NodeDriver out;
    out.name = std::move(name);
    out.loads = {{"<0.9.0>", 1}};
    return out;
}

std::vector<LiveProblem> kinds(const Diagnosis& diagnosis) {
    std::vector<LiveProblem> out;
    for (const Problem& problem : diagnosis.problems) out.push_back(problem.kind);
    return out;
}

using Kinds = std::vector<LiveProblem>;

} // namespace

TEST_CASE("each state of a library has its problem, and current ones have none") {
    const std::pair<LibraryState, Kinds> rows[] = {
        {LibraryState::current, {}},
        {LibraryState::same_contents, {}},
        {LibraryState::stale, {LiveProblem::stale}},
        {LibraryState::removed, {LiveProblem::removed}},
        {LibraryState::overwritten, {LiveProblem::overwritten}},
        {LibraryState::unknown, {LiveProblem::unknown}},
    };
    for (const auto& row : rows) {
        const LibraryState state = row.first;
        const Kinds& expected = row.second;
        CAPTURE(name(state));
        const Diagnosis diagnosis = diagnose(Mapped{1, "beam.smp", {mapped("counter", state)}, {}, {}}, {});
        CHECK(kinds(diagnosis) == expected);
        const bool wrong =
            state == LibraryState::stale || state == LibraryState::removed || state == LibraryState::overwritten;
        CHECK(anything_wrong(diagnosis) == wrong);
        CHECK(complete(diagnosis) == (state != LibraryState::unknown));
    }
}

TEST_CASE("only a pin that the file proves makes a library pinned") {
    const auto problems = [](LibraryState state, findings::Severity severity) {
        MappedDriver driver = mapped("counter", state);
        driver.pins = {pin(findings::Rule::dso_nodelete_flag, severity)};
        return diagnose(Mapped{1, "beam.smp", {driver}, {}, {}}, {});
    };
    const auto whole = words::row(findings::Rule::dso_nodelete_flag).severity;
    CHECK(kinds(problems(LibraryState::current, whole)) == Kinds{LiveProblem::pinned});
    CHECK(kinds(problems(LibraryState::stale, whole)) == Kinds{LiveProblem::stale_pinned});
    CHECK(kinds(problems(LibraryState::current, findings::Severity::note)).empty());
    CHECK_FALSE(anything_wrong(problems(LibraryState::current, whole)));
    REQUIRE(whole == findings::Severity::error);
    CHECK(kinds(problems(LibraryState::current, findings::Severity::warning)) == Kinds{LiveProblem::perhaps_pinned});
    const Diagnosis stale = problems(LibraryState::stale, findings::Severity::warning);
    CHECK(kinds(stale) == Kinds{LiveProblem::stale});
    CHECK(stale.problems[0].evidence.find("perhaps pinned by dso-nodelete-flag") != std::string::npos);
}

TEST_CASE("a library that erl_ddll does not name was left behind, unless its name was overwritten with it") {
    NodeState node;
    node.drivers = {on_node("counter")};
    const auto with = [&](LibraryState state) {
        return diagnose(
            Mapped{1, "beam.smp", {mapped("counter", LibraryState::current), mapped("echo", state)}, {}, {}}, node);
    };
    CHECK(kinds(with(LibraryState::current)) == Kinds{LiveProblem::left_behind});
    CHECK(kinds(with(LibraryState::overwritten)) == Kinds{LiveProblem::overwritten});
}

TEST_CASE("a pending reload is told by those that wait for it, a pending unload by having no user") {
    const auto with = [](NodeDriver driver) {
        NodeState node;
        node.drivers = {std::move(driver)};
        return kinds(diagnose({}, node));
    };
    NodeDriver driver = on_node("counter");
    driver.awaiting_unload = {{"<0.10.0>", 1}}; // erl_ddll:monitor/2 changes nothing
    CHECK(with(driver).empty());
    driver.awaiting_load = {{"<0.9.0>", 1}};
    CHECK(with(driver) == Kinds{LiveProblem::reload_pending});
    driver.loads.clear();
    driver.port_count = 1;
    CHECK(with(driver) == Kinds{LiveProblem::unload_pending});
    driver.permanent = true;
    CHECK(with(driver).empty());
}

TEST_CASE("what was replaced below a driver is an error, and a note when it comes with the system") {
    MappedDriver driver = mapped("counter", LibraryState::current);
    driver.stale_needs = {{"/opt/libpart.so", "aa", "/opt/libpart.so", "bb", false, false}};
    Diagnosis diagnosis = diagnose(Mapped{1, "beam.smp", {driver}, {}, {}}, {});
    CHECK(kinds(diagnosis) == Kinds{LiveProblem::dependency_stale});
    CHECK(anything_wrong(diagnosis));
    driver.stale_needs[0].of_system = true;
    diagnosis = diagnose(Mapped{1, "beam.smp", {driver}, {}, {}}, {});
    CHECK(kinds(diagnosis) == Kinds{LiveProblem::system_library_stale});
    CHECK_FALSE(anything_wrong(diagnosis));
}

TEST_CASE("a library that could not be read is not passed over") {
    const Diagnosis diagnosis =
        diagnose(Mapped{1, "beam.smp", {}, {}, {error("/opt/x.so: its memory cannot be read")}}, {});
    CHECK_FALSE(anything_wrong(diagnosis));
    CHECK_FALSE(complete(diagnosis));
}
