#pragma once
/// Results made by hand, with a real journal, for the tests of the report writers.
#include "journal/journal.h"
#include "report/report.h"
#include "term/expr.h"
#include "term/external.h"
#include "term/text.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>

namespace made_up {

using namespace ddll;
using namespace ddll::scenario;

inline Text text(const std::string& source) {
    Text out;
    out.source = source;
    if (auto expr = term::parse_expr(source)) out.expr = *expr;
    return out;
}

inline ScenarioStep call(const std::string& by, const std::string& source, int line) {
    CallStep step;
    step.by = by;
    step.calls.push_back(text(source));
    step.outcomes.emplace_back();
    ScenarioStep out;
    out.what = std::move(step);
    out.place = {"story.json", line, 5, ""};
    return out;
}

inline std::string external(const std::string& source) {
    auto parsed = term::parse(source);
    REQUIRE(bool(parsed));
    return term::encode(*parsed);
}

/// Two processes, one driver with two versions, and a journal that only grows.
struct Maker {
    std::shared_ptr<Scenario> scenario = std::make_shared<Scenario>();
    std::shared_ptr<journal::Journal> journal = std::make_shared<journal::Journal>(std::size_t{1} << 20);
    RunResult result;
    static constexpr ProcessId alice{1}, bob{2};
    static constexpr PortId port{3};
    static constexpr DriverId counter{1};
    static constexpr ImageId v1{1}, v2{2};

    Maker() {
        scenario->file = result.file = "story.json";
        scenario->title = result.title = "A reload waits for bob's port";
        scenario->drivers = {{"counter",
                              {{"v1", "/d/counter_v1.so", "counter_v1.so", false, {}},
                               {"v2", "/d/counter_v2.so", "counter_v2.so", false, {}}}}};
        scenario->processes = {{"alice", "Alice", false}, {"bob", "Bob", false}};
        result.names[term::print(term::Term::port(port.value))] = "P";
        result.names[term::print(term::Term::reference(9))] = "Ref";
        write(journal::ProcessStarted{alice, "alice"});
        write(journal::ProcessStarted{bob, "bob"});
    }

    template <class E>
    std::uint64_t write(const E& event) {
        return journal->write(event);
    }

    /// Steps are played by `happens`, which writes what lies between begin and end of the step.
    void step(ScenarioStep step, const std::function<void()>& happens,
              StepResult::State state = StepResult::State::done) {
        scenario->steps.push_back(std::move(step));
        StepResult played;
        played.state = state;
        const auto index = static_cast<std::uint32_t>(result.steps.size());
        played.first_entry = write(journal::StepBegun{index});
        if (happens) happens();
        played.last_entry = state == StepResult::State::died ? journal->size() : write(journal::StepEnded{index});
        result.steps.push_back(played);
    }

    void returns(ProcessId who, const std::string& value) {
        const std::string bytes = external(value);
        write(journal::Returned{who, journal::Outcome::value, false, bytes});
    }
    void delivers(ProcessId to, const std::string& value) {
        const std::string bytes = external(value);
        write(journal::Delivered{to, port, {}, bytes});
    }
    void enters(journal::Callback callback, ImageId image, PortId of = {}, std::uint64_t a = 0,
                std::string_view data = {}) {
        write(journal::Entered{callback, counter, of, {}, image, a, data});
        write(journal::Left{callback, of, 0});
    }
    void opens_image(ImageId image, bool was_mapped = false) {
        write(journal::ImageOpened{image, counter, was_mapped, was_mapped, 0x7000, 0x8000, 1, "live/counter",
                                   "0123456789abcdef0123"});
    }

    /// Call when all steps are there.
    RunResult finish(Verdict verdict) {
        std::uint32_t number = 0;
        for (const auto& step : scenario->steps) result.flat.push_back({&step, {}, {}, ++number});
        result.scenario = scenario;
        result.journal = journal;
        result.verdict = verdict;
        return result;
    }
};

/// The story of the documentation: load v1, open a port, reload with v2, close the port.
inline RunResult reload_scenario(bool really_replaced) {
    using journal::Callback;
    Maker m;
    constexpr auto dynamic = words::Presence::dynamic;
    using enum words::Status;
    ScenarioStep install;
    install.what = InstallStep{"counter", "v1", "Dir", "", InstallHow::rename};
    m.step(install, [&] { m.write(journal::FileInstalled{words::InstallHow::rename, "live/counter.so", "v1"}); });
    m.step(call("alice", "erl_ddll:load(Dir, counter)", 10), [&] {
        m.write(journal::Called{Maker::alice, "erl_ddll:load(\"live\", counter)"});
        m.opens_image(Maker::v1);
        m.enters(Callback::driver_init, Maker::v1);
        m.enters(Callback::init, Maker::v1);
        m.write(journal::DriverChanged{Maker::counter, dynamic, ok, 0, 1, 1, "counter"});
        m.returns(Maker::alice, "ok");
    });
    m.step(call("bob", "open_port({spawn_driver, \"counter\"}, [binary])", 11), [&] {
        m.write(journal::Called{Maker::bob, "open_port({spawn_driver, \"counter\"}, [binary])"});
        m.write(journal::PortOpened{Maker::port, Maker::counter, Maker::bob, "counter"});
        m.enters(Callback::start, Maker::v1, Maker::port, 0, "counter");
        m.returns(Maker::bob, "#Port<0.3>");
    });
    install.what = InstallStep{"counter", "v2", "Dir", "", InstallHow::rename};
    install.note = "Now the new version arrives.";
    m.step(install, [&] { m.write(journal::FileInstalled{words::InstallHow::rename, "live/counter.so", "v2"}); });
    m.step(call("alice", "erl_ddll:try_load(Dir, counter, [{reload, pending_driver}])", 13), [&] {
        m.write(journal::Called{Maker::alice, "erl_ddll:try_load(\"live\", counter, [])"});
        m.write(journal::DriverChanged{Maker::counter, dynamic, reload, 1, 1, 0, "counter"});
        m.returns(Maker::alice, "{ok, pending_driver, #Ref<0.0.0.9>}");
    });
    m.step(call("bob", "port_close(P)", 14), [&] {
        m.write(journal::Called{Maker::bob, "port_close(P)"});
        m.enters(Callback::stop, Maker::v1, Maker::port);
        m.write(journal::PortClosed{Maker::port});
        m.returns(Maker::bob, "true");
        m.enters(Callback::finish, Maker::v1);
        m.write(journal::ImageClosed{Maker::v1, Maker::counter, really_replaced});
        m.opens_image(Maker::v2, !really_replaced);
        m.write(journal::Reloaded{Maker::counter, Maker::v1, Maker::v2, really_replaced, really_replaced});
        m.enters(Callback::init, Maker::v2);
        m.write(journal::DriverChanged{Maker::counter, dynamic, ok, 0, 1, 1, "counter"});
        m.delivers(Maker::alice, "{'UP', #Ref<0.0.0.9>, driver, counter, loaded}");
    });
    return m.finish(Verdict::passed);
}

inline RunResult failed_scenario() {
    Maker m;
    m.step(call("alice", "erl_ddll:load(Dir, counter)", 10), [&] { m.returns(Maker::alice, "ok"); });
    m.step(
        call("alice", "erl_ddll:unload(counter)", 11),
        [&] {
            m.write(journal::Called{Maker::alice, "erl_ddll:unload(counter)"});
            m.returns(Maker::alice, "{error, permanent}");
        },
        StepResult::State::failed);
    m.step(call("bob", "erl_ddll:loaded_drivers()", 12), {}, StepResult::State::not_reached);
    m.result.failures.push_back(
        {1, "returns", "{error, not_loaded}", "{error, permanent}", "A permanent driver stays."});
    return m.finish(Verdict::failed);
}

inline RunResult crashed_scenario() {
    Maker m;
    m.step(
        call("bob", "port_control(P, 1, <<>>)", 10),
        [&] {
            m.write(journal::Entered{journal::Callback::control, Maker::counter, Maker::port, Maker::bob, Maker::v1, 1,
                                     ""});
        },
        StepResult::State::died);
    Death death;
    death.headline = "SIGSEGV (address 0x8 is not mapped) in callback control of driver counter";
    death.signal = "SIGSEGV";
    death.in = {ddll::words::Callback::control, "counter", "v1", "P", 0};
    death.stack = {{"crash_control.so", 0x1139, "control", "crash_control.c:12"}, {"ddlltool", 0x9f00, "", ""}};
    death.output = "about to \x1b[31mcrash\n\xff";
    death.advice = "The driver read through a null pointer.";
    m.result.death = death;
    return m.finish(Verdict::crashed);
}

/// Text of a driver that wants to be markup, a command, a directive, or no text at all.
inline const std::string hostile =
    std::string("</script><!-- ]]> & \"'\\ # SKIP\n  ...\r\n::error::x %0A | \x1b[31m \xff \xEF\xBF\xBF \xE2\x80\xAE") +
    std::string(1, '\0');

/// A story in which every text that can come from outside is `hostile`.
inline RunResult hostile_scenario() {
    auto result = failed_scenario();
    result.file = "folder with %/" + hostile;
    result.title = hostile;
    result.output = hostile;
    result.failures.front() = {1, hostile, hostile, hostile, hostile};
    result.findings.push_back(
        {words::Rule::reload_kept_old_code, words::Severity::error, hostile, hostile, hostile, {}, 1, false});
    result.findings.back().stack = {{hostile, 1, hostile, hostile + ":7", "/somewhere/" + hostile}};
    result.death = crashed_scenario().death;
    result.death->headline = result.death->output = hostile;
    result.names[hostile] = hostile;
    result.skipped.why = hostile;
    return result;
}

inline report::Run one(RunResult result) {
    report::Run run;
    run.results.push_back(std::move(result));
    return run;
}

inline bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace made_up
