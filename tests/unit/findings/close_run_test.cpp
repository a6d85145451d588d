/// Hazards from journals made by hand; the museum shows them with drivers.
#include "findings/runtime/find.h"
#include "host/probe/traces.h"
#include "lifecycle/record.h"
#include "term/external.h"
#include "term/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace ddll;
using words::Rule;

namespace {

constexpr DriverId counter{7};
constexpr ImageId first{1}, second{2};
constexpr ProcessId alice{3}, bob{4};

findings::RunNames names() {
    findings::RunNames out;
    out.image = [](ImageId id) { return findings::ImageNote{"counter/v" + std::to_string(id.value), nullptr}; };
    out.driver = [](DriverId) { return std::string("counter"); };
    out.port = [](PortId) { return std::string("P"); };
    return out;
}

std::vector<Rule> rules(const journal::Journal& journal) {
    const findings::RunNames known = names();
    std::vector<Rule> out;
    for (const findings::Finding& finding : findings::find_closely(journal, known)) out.push_back(finding.rule);
    return out;
}

std::string external(const char* text) {
    return term::encode(*term::parse(text));
}

void called(journal::Journal& journal, ProcessId who, const char* call, const char* answer) {
    const std::string term = external(answer);
    journal.write(journal::Called{who, call, words::LoadCall::load});
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

using Rules = std::vector<Rule>;

} // namespace

TEST_CASE("the last load that goes without a call for it has ended with its process") {
    journal::Journal journal;
    journal.write(state(lifecycle::Status::ok, 1));
    SUBCASE("the process ended") {
        journal.write(journal::StepBegun{});
        journal.write(journal::Called{bob, "exit(normal)"});
        journal.write(state(lifecycle::Status::unload, 0));
        CHECK(rules(journal) == Rules{Rule::loader_process_exits});
    }
    SUBCASE("it was unloaded") {
        journal.write(journal::Called{bob, "erl_ddll:try_unload(counter, [])", words::LoadCall::unload});
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
        CHECK(rules(journal) == Rules{Rule::reload_needs_own_load});
    }
    SUBCASE("who had, and once too often") {
        called(journal, alice, "erl_ddll:try_load(Dir, counter, [])", "{ok, already_loaded}");
        called(journal, alice, "erl_ddll:try_load(Dir, counter, [{reload, pending_driver}])",
               "{error, pending_process}");
        CHECK(rules(journal) == Rules{Rule::loaded_more_than_once});
    }
}

TEST_CASE("ports that were open when a reload was asked for hold it, and lose their state") {
    journal::Journal journal;
    journal.write(state(lifecycle::Status::ok, 1, 2));
    CHECK(rules(journal).empty());
    journal.write(state(lifecycle::Status::reload, 1, 2));
    CHECK(rules(journal) == Rules{Rule::open_port_blocks_reload, Rule::state_not_carried_over});
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
    CHECK(rules(journal) == Rules{Rule::file_overwritten_in_place});
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
    CHECK(compared(bit(control), 0) == Rules{Rule::callback_removed});
    CHECK(compared(bit(output), bit(outputv)).empty());
    CHECK(compared(0, bit(control)).empty());
    CHECK(compared(bit(timeout), 0).empty()); // only the emulator calls it
}

namespace {

/// What is more after one load, from one place in the driver's library.
struct Growth {
    std::int64_t bytes = 0;
    std::uint64_t calls = 1;
};

Rules grown(const std::vector<Growth>& loads, words::Residue kind = words::Residue::heap) {
    journal::Journal journal;
    for (std::size_t i = 0; i < loads.size(); ++i) {
        // Each load finds the library at another address.
        const std::uintptr_t base = 0x10000 * (i + 1), site = base + 0x123;
        journal::ImageOpened opened;
        opened.image = first;
        opened.driver = counter;
        opened.base = base;
        journal.write(opened);
        journal::LeftBehind left{counter, first, kind, "", {reinterpret_cast<const char*>(&site), sizeof site}};
        left.bytes = loads[i].bytes;
        left.calls = loads[i].calls;
        if (left.bytes > 0) journal.write(left);
        journal.write(journal::ImageClosed{first, counter, true});
    }
    return rules(journal);
}

Rules lost(std::uint64_t calls) {
    journal::Journal journal;
    const std::uintptr_t site = 0x123;
    journal::LeftBehind left{
        counter, first, words::Residue::heap, "", {reinterpret_cast<const char*>(&site), sizeof site}};
    left.bytes = 16 * static_cast<std::int64_t>(calls);
    left.calls = calls;
    left.lost = true;
    journal.write(left);
    journal.write(journal::ImageClosed{first, counter, true});
    return rules(journal);
}

} // namespace

TEST_CASE("memory of one place is a leak when every load after the first ones has more of it") {
    const Rules leak{Rule::heap_leak_outside_driver_heap};
    CHECK(grown({{0}, {90000}, {0}, {2048}, {2048}, {4000}}) == leak);
    CHECK(grown({{90000}, {90000}, {90000}, {0}, {0}, {0}}).empty());
    CHECK(grown({{4000}, {4000}, {4000}, {4000}, {0}, {4000}}).empty());
    CHECK(grown({{4000}, {4000}, {4000}, {4000}}).empty());
    CHECK(grown({{0}, {0}, {0}, {4096}, {4096}, {4096}}, words::Residue::mapping) == Rules{Rule::mapping_leak});
}

TEST_CASE("little memory is a leak when many calls ask for it in each load") {
    const Growth one_object{100, 1}, one_of_each_port{100, 40};
    CHECK(grown(std::vector<Growth>(6, one_object)).empty());
    CHECK(grown(std::vector<Growth>(6, one_of_each_port)) == Rules{Rule::heap_leak_outside_driver_heap});
}

TEST_CASE("memory of many calls that nothing refers to is a leak after one load") {
    CHECK(lost(7).empty());
    CHECK(lost(8) == Rules{Rule::heap_leak_outside_driver_heap});
}

TEST_CASE("a thread that runs no function of the library is a note") {
    journal::Journal journal;
    journal.write(journal::LeftBehind{counter, first, words::Residue::thread, "a", {}});
    const findings::RunNames known = names();
    const auto found = findings::find_closely(journal, known);
    REQUIRE(found.size() == 1);
    CHECK(found[0].rule == Rule::thread_outlives_driver);
    CHECK(found[0].severity == findings::Severity::note);
}

TEST_CASE("a library that stays is told by whose it is") {
    const auto severity = [](std::string_view path) {
        journal::Journal journal;
        journal.write(journal::LeftBehind{counter, first, words::Residue::object, "", {}, 0, path});
        journal.write(journal::ImageClosed{first, counter, true});
        const findings::RunNames known = names();
        const auto found = findings::find_closely(journal, known);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::dependency_pinned);
        return found[0].severity;
    };
    CHECK(severity("/home/p/lib/libhelper.so") == findings::Severity::warning);
    CHECK(severity("/usr/lib/erlang/lib/x/priv/libhelper.so") == findings::Severity::warning);
    CHECK(severity("/usr/lib/x86_64-linux-gnu/libcrypto.so.3") == findings::Severity::note);
}

TEST_CASE("a crash says which rule it was") {
    findings::CrashNote crash;
    crash.driver = "counter";
    CHECK_FALSE(findings::find_in_crash(crash));
    crash.exited = true;
    const auto found = findings::find_in_crash(crash);
    REQUIRE(found);
    CHECK(found->rule == Rule::process_exit_called);
}

TEST_CASE("a crash at halt is about a thread where one still runs") {
    findings::CrashNote crash;
    crash.driver = "counter";
    crash.at_halt = true;
    crash.headline = "SIGSEGV";
    CHECK_FALSE(findings::find_in_crash(crash)); // a destructor that crashes by itself
    crash.threads_at_halt = {"a thread that runs counter.c:7 in work"};
    const auto beside = findings::find_in_crash(crash);
    REQUIRE(beside);
    CHECK(beside->rule == Rule::halt_under_running_thread);
    CHECK(beside->evidence.find("counter.c:7 in work") != std::string::npos);
    crash.callback = journal::Callback::exit_handlers;
    crash.exception = true; // a static std::thread that finish would have joined
    const auto inside = findings::find_in_crash(crash);
    REQUIRE(inside);
    CHECK(inside->rule == Rule::halt_under_running_thread);
    CHECK(inside->evidence != beside->evidence);
}

TEST_CASE("a pointer to the driver's data is as grave as what keeps it") {
    const auto severity = [](words::Residue kind, std::string_view library) {
        journal::Journal journal;
        journal.write(journal::LeftBehind{counter, first, kind, "in its data", {}, 0, library});
        journal.write(journal::ImageClosed{first, counter, true});
        const findings::RunNames known = names();
        const auto found = findings::find_closely(journal, known);
        REQUIRE(found.size() == 1);
        CHECK(found[0].rule == Rule::memory_registered_elsewhere);
        return found[0].severity;
    };
    CHECK(severity(words::Residue::kept_memory, "") == findings::Severity::error);
    CHECK(severity(words::Residue::data_pointer, "libhelper.so.1") == findings::Severity::warning);
    CHECK(severity(words::Residue::data_pointer, "libc.so.6") == findings::Severity::note);
}

TEST_CASE("what is known to keep something is told before what is not") {
    journal::Journal journal;
    using enum words::Residue;
    journal.write(journal::LeftBehind{counter, first, data_pointer, "in its data", {}, 0, "libc.so.6"});
    journal.write(journal::LeftBehind{counter, first, kept_memory, "openlog", {}});
    journal.write(journal::LeftBehind{counter, first, kept_memory, "stdout", {}});
    journal.write(journal::LeftBehind{counter, first, kept_memory, "stdout", {}});
    journal.write(journal::LeftBehind{counter, first, data_pointer, "elsewhere", {}, 0, "libhelper.so"});
    journal.write(journal::ImageClosed{first, counter, true});
    const findings::RunNames known = names();
    const auto found = findings::find_closely(journal, known);
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == findings::Severity::error);
    CHECK(found[0].evidence == "openlog, stdout");
}

TEST_CASE("a callback that took long once is slow, unless it was quick many times") {
    const auto slow_of = [](unsigned calls, unsigned slow) {
        journal::Journal journal;
        using enum words::Callback;
        for (unsigned i = 0; i < calls; ++i) {
            if (i < slow) journal.write(journal::TookLong{control, counter, PortId{1}, 0, 200'000'000});
            journal.write(journal::Left{control, PortId{1}, 0});
        }
        return rules(journal);
    };
    const Rules found{Rule::callback_stalls_scheduler};
    CHECK(slow_of(1, 1) == found);
    CHECK(slow_of(50, 1) == found);
    CHECK(slow_of(51, 1).empty());
    CHECK(slow_of(100, 100) == found);
}

TEST_CASE("what runs on in a library that stays crashes nothing") {
    const auto severity = [](words::Residue kind, bool gone) {
        journal::Journal journal;
        const std::uintptr_t code = 0x1000;
        journal.write(
            journal::LeftBehind{counter, first, kind, "work", {reinterpret_cast<const char*>(&code), sizeof code}});
        journal.write(journal::ImageClosed{first, counter, gone});
        const findings::RunNames known = names();
        const auto found = findings::find_closely(journal, known);
        REQUIRE(found.size() == 1);
        return found[0].severity;
    };
    for (const words::Residue kind :
         {words::Residue::thread, words::Residue::signal_handler, words::Residue::thread_key}) {
        CHECK(severity(kind, true) == findings::Severity::error);
        CHECK(severity(kind, false) == findings::Severity::warning);
    }
}
