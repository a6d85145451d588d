/// Hazards from journals made by hand; the museum shows them with drivers.
#include "findings/crashes.h"
#include "findings/hazards.h"
#include "host/probe/traces.h"
#include "lifecycle/record.h"
#include "term/external.h"
#include "term/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace ddll;

namespace {

constexpr DriverId counter{7};
constexpr ImageId first{1}, second{2};
constexpr ProcessId alice{3}, bob{4};

findings::Names names() {
    findings::Names out;
    out.image = [](ImageId id) { return findings::ImageNote{"counter/v" + std::to_string(id.value), nullptr}; };
    out.driver = [](DriverId) { return std::string("counter"); };
    out.port = [](PortId) { return std::string("P"); };
    return out;
}

std::vector<std::string> rules(const journal::Journal& journal) {
    const findings::Names known = names();
    std::vector<std::string> out;
    for (const findings::Finding& finding : findings::find_hazards(journal, known)) out.emplace_back(finding.rule->id);
    return out;
}

std::string external(const char* text) {
    return term::encode(*term::parse(text));
}

void called(journal::Journal& journal, ProcessId who, const char* call, const char* answer) {
    const std::string term = external(answer);
    journal.write(journal::Called{who, call});
    journal.write(journal::Returned{who, journal::Outcome::value, false, term});
}

journal::DriverChanged state(lifecycle::Status status, std::uint32_t loads, std::uint32_t ports = 0) {
    journal::DriverChanged out;
    out.driver = counter;
    out.status = status;
    out.loads = loads;
    out.ports = ports;
    return out;
}

using Rules = std::vector<std::string>;

} // namespace

TEST_CASE("the last load that goes without a call for it has ended with its process") {
    journal::Journal journal;
    journal.write(state(lifecycle::Status::ok, 1));
    SUBCASE("the process ended") {
        journal.write(journal::StepBegun{});
        journal.write(journal::Called{bob, "exit(normal)"});
        journal.write(state(lifecycle::Status::unload, 0));
        CHECK(rules(journal) == Rules{"loader-process-exits"});
    }
    SUBCASE("it was unloaded") {
        journal.write(journal::Called{bob, "erl_ddll:try_unload(counter, [])"});
        journal.write(state(lifecycle::Status::unload, 0));
        CHECK(rules(journal).empty());
    }
}

TEST_CASE("a refused reload: whose fault it is depends on who had loaded the driver") {
    journal::Journal journal;
    journal.write(state(lifecycle::Status::ok, 1));
    called(journal, alice, "erl_ddll:load(Dir, counter)", "ok");
    SUBCASE("somebody who had not") {
        called(journal, bob, "erl_ddll:try_load(Dir, counter, [{reload, pending_driver}])", "{error, pending_process}");
        CHECK(rules(journal) == Rules{"reload-needs-own-load"});
    }
    SUBCASE("who had, and once too often") {
        called(journal, alice, "erl_ddll:try_load(Dir, counter, [])", "{ok, already_loaded}");
        called(journal, alice, "erl_ddll:try_load(Dir, counter, [{reload, pending_driver}])",
               "{error, pending_process}");
        CHECK(rules(journal) == Rules{"loaded-more-than-once"});
    }
}

TEST_CASE("ports that were open when a reload was asked for hold it, and lose their state") {
    journal::Journal journal;
    journal.write(state(lifecycle::Status::ok, 1, 2));
    CHECK(rules(journal).empty());
    journal.write(state(lifecycle::Status::reload, 1, 2));
    CHECK(rules(journal) == Rules{"open-port-blocks-reload", "state-not-carried-over"});
}

TEST_CASE("only a file that is mapped is overwritten in place") {
    journal::Journal journal;
    using enum words::InstallHow;
    journal.write(journal::FileInstalled{overwrite, "live/counter.so", "v1"});
    journal::ImageOpened opened;
    opened.image = first;
    opened.driver = counter;
    opened.path = "live/counter.so";
    journal.write(opened);
    journal.write(journal::FileInstalled{rename, "live/counter.so", "v2"});
    CHECK(rules(journal).empty());
    journal.write(journal::FileInstalled{overwrite, "live/counter.so", "v2"});
    CHECK(rules(journal) == Rules{"file-overwritten-in-place"});
}

TEST_CASE("a callback that is gone, unless another takes its place") {
    const auto bit = [](journal::Callback callback) { return 1U << static_cast<unsigned>(callback); };
    using enum journal::Callback;
    const auto compared = [](std::uint32_t before, std::uint32_t after) {
        journal::Journal journal;
        journal.write(journal::EntrySeen{counter, first, 0, before, 3, 3});
        journal.write(journal::EntrySeen{counter, second, 0, after, 3, 3});
        return rules(journal);
    };
    CHECK(compared(bit(control), 0) == Rules{"callback-removed"});
    CHECK(compared(bit(output), bit(outputv)).empty());
    CHECK(compared(0, bit(control)).empty());
    CHECK(compared(bit(timeout), 0).empty()); // only the emulator calls it
}

TEST_CASE("growth is a leak when every cycle after the first ones grows") {
    const auto grown = [](const std::vector<const char*>& by) {
        journal::Journal journal;
        for (const char* bytes : by)
            journal.write(journal::LeftBehind{counter, first, words::Residue::heap, bytes, {}});
        return rules(journal);
    };
    CHECK(grown({"0", "90000", "-20", "2048", "2048", "4000"}) == Rules{"heap-leak-outside-driver-heap"});
    CHECK(grown({"90000", "90000", "90000", "0", "0", "0"}).empty());
    CHECK(grown({"0", "90000", "90000", "100000", "2047", "100000"}).empty());
    CHECK(grown({"100000", "100000", "100000", "100000"}).empty());
}

TEST_CASE("a thread that runs no function of the library is a note") {
    journal::Journal journal;
    journal.write(journal::LeftBehind{counter, first, words::Residue::thread, "a", {}});
    const findings::Names known = names();
    const auto found = findings::find_hazards(journal, known);
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule->id == "thread-outlives-driver");
    CHECK(found[0].severity == findings::Severity::note);
}

TEST_CASE("every rule that can be reported is in the catalogue, once and sorted") {
    const auto all = findings::hazard_rules();
    CHECK(std::is_sorted(all.begin(), all.end()));
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end());
    for (const std::string_view id : all) CHECK_MESSAGE(findings::rule(id) != nullptr, std::string(id));
}

TEST_CASE("a death says which rule it was") {
    findings::CrashNote death;
    death.driver = "counter";
    CHECK(findings::find_in_crash(death).empty());
    death.exited = true;
    const auto found = findings::find_in_crash(death);
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule->id == "process-exit-called");
}
