#include "reader_support.h"
#include "scenario/driver_files.h"
#include "scenario/fields.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace ddll::scenario;
using namespace ddll::scenario::testing;

namespace {

template <class T>
const T& step(const Scenario& s, std::size_t i) {
    REQUIRE(i < s.steps.size());
    REQUIRE(std::holds_alternative<T>(s.steps[i].what));
    return std::get<T>(s.steps[i].what);
}

Scenario good(const std::string& text) {
    ReadResult result = read(text);
    CHECK(joined(lines_of(result)) == "");
    REQUIRE(result.scenario.has_value());
    return *std::move(result.scenario);
}

class Folder {
public:
    Folder() {
        char name[] = "/tmp/ddlltool-reader-XXXXXX";
        REQUIRE(mkdtemp(name) != nullptr);
        path_ = name;
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string file(const std::string& name, const std::string& contents = "x") const {
        const auto path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path) << contents;
        return path.string();
    }
    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    std::string path() const { return path_.string(); }

private:
    std::filesystem::path path_;
};

} // namespace

TEST_CASE("the top of a scenario") {
    const Scenario s = good(R"j({
      "$schema": "x", "scenario": 1, "title": "A story", "description": ["one", "two"], "tags": ["fast", "reload"],
      "paths": { "Dir": "live", "Abs": "/usr/lib" },
      "drivers": { "counter": { "v2": "b.so", "v1": { "file": "a.so", "broken": true } } },
      "processes": { "bob": { "trap_exit": true }, "alice_2": {} },
      "environment": { "HOME": "/tmp" }, "strict": true, "time_limit": "1.5s", "async_takes": "3ms",
      "open_error_texts": "empty", "expected_findings": ["not-a-port-handle", "dso-pinned"],
      "expected_crash": { "signal": "SIGSEGV", "callback": "control" },
      "steps": [ { "note": "Hello." } ] })j");
    CHECK(s.file == "s.json");
    CHECK(s.title == "A story");
    CHECK(s.description == std::vector<std::string>{"one", "two"});
    CHECK(s.tags == std::vector<std::string>{"fast", "reload"});
    REQUIRE(s.paths.size() == 2);
    CHECK(s.paths[0].variable == "Dir");
    CHECK(s.paths[1].folder == "/usr/lib");
    REQUIRE(s.drivers.size() == 1);
    REQUIRE(s.drivers[0].versions.size() == 2);
    CHECK(s.drivers[0].versions[0].version == "v2");
    CHECK(s.drivers[0].versions[0].written == "b.so");
    CHECK(!s.drivers[0].versions[0].broken);
    CHECK(s.drivers[0].versions[1].broken);
    CHECK(s.drivers[0].versions[1].place.pointer == "/drivers/counter/v1/file");
    REQUIRE(s.processes.size() == 2);
    CHECK(s.processes[0].variable == "Bob");
    CHECK(s.processes[0].trap_exit);
    CHECK(s.processes[1].variable == "Alice_2");
    CHECK(s.environment.at("HOME") == "/tmp");
    CHECK(s.strict);
    CHECK(s.time_limit == std::chrono::milliseconds(1500));
    CHECK(s.async_takes == ddll::milliseconds(3));
    CHECK(!s.emulator.open_error_preset);
    CHECK(s.expected_findings == std::vector{ddll::words::Rule::not_a_port_handle, ddll::words::Rule::dso_pinned});
    REQUIRE(s.expected_crash.has_value());
    CHECK(s.expected_crash->signal == "SIGSEGV");
    CHECK(s.expected_crash->callback == "control");
    CHECK(!s.expected_crash->hang);
    CHECK(std::holds_alternative<NoteStep>(s.steps[0].what));
    CHECK(s.steps[0].note == "Hello.");
}

TEST_CASE("the releases that a scenario is for") {
    using ddll::words::Release;
    const auto with = [](const std::string& otp) {
        return good(R"j({ "scenario": 1, "title": "t", "processes": { "alice": {} }, )j" + otp +
                    R"j("steps": [ { "note": "Hello." } ] })j");
    };
    const Scenario all = with(""), one = with(R"j("otp": 26, )j"), some = with(R"j("otp": [28, 25, 28], )j");
    CHECK(all.releases.empty());
    CHECK(one.releases == std::vector{Release::otp26});
    CHECK(some.releases == std::vector{Release::otp25, Release::otp28});
    CHECK(all.release({}) == ddll::words::newest_release);
    CHECK(all.release(Release::otp25) == Release::otp25);
    CHECK(some.release({}) == Release::otp28);
    CHECK(some.release(Release::otp25) == Release::otp25);
    CHECK_FALSE(some.release(Release::otp27));
    CHECK(one.whose() == "it is for OTP 26");
    CHECK(some.whose() == "it is for OTP 25 and 28");
    for (const char* wrong : {"24", "30", R"j("25")j", "[]", "[25, 24]", "25.5"})
        CHECK_FALSE(read(R"j({ "scenario": 1, "title": "t", "processes": { "alice": {} }, "otp": )j" +
                         std::string(wrong) + R"j(, "steps": [ { "note": "Hello." } ] })j")
                        .scenario);
}

TEST_CASE("every sort of step") {
    const Scenario s = good(story(R"j(
    { "install": "counter", "version": "v1", "into": "Dir" },
    { "install": "counter", "version": "v2", "into": "Dir", "how": "overwrite", "as": "other" },
    { "install": "counter", "into": "Dir", "how": "remove" },
    { "by": "alice", "call": "erl_ddll:load(Dir, counter)", "returns": "ok", "note": "n",
      "receives": { "bob": ["{x, R}", "|", "R"], "alice": [] }, "exits": { "bob": "normal" },
      "driver_calls": ["driver_init", "counter:init", "|", "counter/v1:start(P, \"x\")", "driver_lock_driver", "control"] },
    { "by": "bob", "call": "exit(1)", "raises": "exit: {a, _}" },
    { "by": "bob", "call": "exit(1)", "raises": "badarg" },
    { "by": "bob", "call": "exit(1)", "blocks": true },
    { "by": "bob", "calls": ["open_port({spawn_driver, \"x\"}, [])", "port_close(Q)", "exit(2)"],
      "returns": ["Q", "true", {"raises": "throw:x"}] },
    { "by": "bob", "calls": ["exit(1)"] },
    { "advance": "250ms", "unblocks": { "bob": "ok", "alice": { "raises": "exit:gone" } }, "driver_calls": [] },
    { "expect": { "driver": "counter", "status": "reload_pending", "forced": true, "image": "v2", "replaced": false, "unloaded": true,
                  "port_count": 2, "held_by": ["P", "{async, 2}"], "users": { "alice": 2 } } },
    { "repeat": 3, "steps": [ { "repeat": 2, "steps": [ { "note": "x" } ] } ] }
  )j"));
    const auto& first = step<InstallStep>(s, 0);
    CHECK(first.driver == "counter");
    CHECK(first.version == "v1");
    CHECK(first.into == "Dir");
    CHECK(first.as == "counter");
    CHECK(first.how == InstallHow::rename);
    CHECK(s.steps[0].place.pointer == "/steps/0");
    CHECK(step<InstallStep>(s, 1).how == InstallHow::overwrite);
    CHECK(step<InstallStep>(s, 1).as == "other");
    CHECK(step<InstallStep>(s, 2).how == InstallHow::remove);
    CHECK(step<InstallStep>(s, 2).version.empty());

    const auto& load = step<CallStep>(s, 3);
    CHECK(load.by == "alice");
    CHECK(s.steps[3].note == "n");
    REQUIRE(load.calls.size() == 1);
    CHECK(load.calls[0].source == "erl_ddll:load(Dir, counter)");
    CHECK(load.calls[0].expr->name == "load");
    CHECK(load.calls[0].place.pointer == "/steps/3/call");
    REQUIRE(load.outcomes.size() == 1);
    CHECK(std::get<Text>(load.outcomes[0]).source == "ok");
    REQUIRE(load.effects.receives.size() == 2);
    CHECK(load.effects.receives[0].process == "bob");
    REQUIRE(load.effects.receives[0].messages.size() == 3);
    CHECK(load.effects.receives[0].messages[1].is_return);
    CHECK(load.effects.receives[1].messages.empty());
    CHECK(load.effects.exits.at(0).pattern.source == "normal");
    REQUIRE(load.effects.driver_calls.has_value());
    const auto& calls = load.effects.driver_calls->calls;
    REQUIRE(calls.size() == 6);
    CHECK(calls[0].callback == ddll::journal::Callback::driver_init);
    CHECK(calls[1].driver == "counter");
    CHECK(calls[1].version.empty());
    CHECK(calls[2].is_return);
    CHECK(calls[3].version == "v1");
    CHECK(calls[3].name == "start");
    REQUIRE(calls[3].arguments.size() == 2);
    CHECK(calls[3].arguments[0].source == "P");
    CHECK(calls[3].arguments[1].source == "\"x\"");
    CHECK(!calls[4].callback.has_value());
    CHECK(calls[4].name == "driver_lock_driver");
    CHECK(calls[5].written == "control");

    const auto& raised = std::get<Raises>(step<CallStep>(s, 4).outcomes.at(0));
    CHECK(raised.exception_class == "exit");
    CHECK(raised.reason.expr->kind == ddll::term::Expr::Kind::tuple);
    CHECK(std::get<Raises>(step<CallStep>(s, 5).outcomes.at(0)).exception_class == "error");
    CHECK(step<CallStep>(s, 6).blocks);
    CHECK(std::holds_alternative<std::monostate>(step<CallStep>(s, 6).outcomes.at(0)));

    const auto& batch = step<CallStep>(s, 7);
    CHECK(batch.is_batch);
    CHECK(batch.calls.size() == 3);
    REQUIRE(batch.outcomes.size() == 3);
    CHECK(std::get<Raises>(batch.outcomes[2]).exception_class == "throw");
    CHECK(std::holds_alternative<std::monostate>(step<CallStep>(s, 8).outcomes.at(0)));

    CHECK(step<AdvanceStep>(s, 9).by == ddll::milliseconds(250));
    CHECK(step<AdvanceStep>(s, 9).effects.unblocks.at(0).process == "bob");
    CHECK(std::holds_alternative<Text>(step<AdvanceStep>(s, 9).effects.unblocks.at(0).outcome));
    CHECK(step<AdvanceStep>(s, 9).effects.unblocks.at(1).process == "alice");
    CHECK(std::get<Raises>(step<AdvanceStep>(s, 9).effects.unblocks.at(1).outcome).exception_class == "exit");
    CHECK(step<AdvanceStep>(s, 9).effects.driver_calls->calls.empty());

    const auto& expect = step<ExpectStep>(s, 10);
    CHECK(expect.status == "reload_pending");
    CHECK(expect.forced == true);
    CHECK(expect.image == "v2");
    CHECK(expect.replaced == false);
    CHECK(expect.unloaded == true);
    CHECK(expect.port_count == 2);
    CHECK(expect.held_by->size() == 2);
    CHECK(expect.users->at(0).second == 2);
    CHECK(step<RepeatStep>(s, 11).times == 3);
    CHECK(step<RepeatStep>(s, 11).steps.size() == 1);
}

TEST_CASE("what a pattern binds may be used from then on") {
    good(story(R"j(
    { "by": "alice", "call": "open_port({spawn_driver, \"counter\"}, [])", "returns": "P", "receives": { "bob": ["{P, Data}"] },
      "driver_calls": ["start(Q, _)"] },
    { "by": "bob", "call": "exit(Alice, {P, Data, Q, Bob, Dir})", "exits": { "alice": "{_, Why}" }, "unblocks": { "bob": "Late" } },
    { "by": "bob", "call": "[{X, Why} || X <- [Late], X == Bob]", "raises": "error:Reason" },
    { "repeat": 2, "steps": [ { "by": "bob", "call": "exit(Reason)", "returns": "Inner" }, { "by": "bob", "call": "exit(Inner)" } ] },
    { "by": "bob", "call": "exit(1)", "returns": "Inner" },
    { "by": "bob", "call": "exit(Inner)", "returns": "{Inner, list_to_binary(Dir), [Head | _], #{Dir := Value}, ...}" },
    { "by": "bob", "call": "exit({Head, Value})" })j"));
}

TEST_CASE("variables without a value are found where they stand") {
    CHECK(mistakes(R"j({ "by": "bob", "call": "port_close(P)" })j") ==
          "4:38 /steps/0/call: the variable P has no value here (bind it first: a pattern in \"returns\" or "
          "\"receives\" of an earlier step)\n");
    CHECK(mistakes(R"j({ "by": "bob", "call": "exit(\"\u00e9\" ++ Alcie)" })j") ==
          "4:46 /steps/0/call: the variable Alcie has no value here (did you mean \"Alice\"?)\n");
    CHECK(mistakes(R"j({ "by": "bob", "call": "exit(1)", "returns": "{X, port_close(X)}" })j")
              .starts_with("4:64 /steps/0/returns: the variable X has no value here"));
    CHECK(mistakes(R"j({ "by": "bob", "call": "[X || X <- X]" })j")
              .starts_with("4:38 /steps/0/call: the variable X has no value here"));
    CHECK(mistakes(R"j({ "by": "bob", "call": "exit(_Any)" })j")
              .starts_with("4:32 /steps/0/call: _Any has no value here"));
}

TEST_CASE("one mistake is not followed by others that it caused") {
    CHECK(
        mistakes(
            R"j({ "by": "bob", "call": "exit(1)", "retunrs": "Port" }, { "by": "bob", "call": "port_close(Port)" })j") ==
        "4:37 /steps/0/retunrs: \"retunrs\" is no key of a call (did you mean \"returns\"?)\n");
    const std::string broken = mistakes(
        R"j({ "by": "bob", "call": "exit(1)", "returns": "{Port" }, { "by": "bob", "call": "port_close(Port)" })j");
    CHECK(std::count(broken.begin(), broken.end(), '\n') == 1);
    CHECK(broken.starts_with("4:54 /steps/0/returns: "));
    CHECK(
        joined(
            lines_of(read(
                R"j({ "scenario": 1, "title": "t", "procesess": { "bob": {} }, "steps": [ { "by": "bob", "call": "exit(Bob)" } ] })j")))
            .find("/steps") != std::string::npos);
    CHECK(
        joined(lines_of(read(
            R"j({ "scenario": 1, "title": "t", "processes": { "bob": 1 }, "steps": [ { "by": "bob", "call": "exit(1)" } ] })j"))) ==
        "1:54 /processes/bob: \"bob\" must be an object with the options of the process, not 1\n");
}

TEST_CASE("calls are checked against what can be called, or not at all") {
    const std::string text = story(R"j({ "by": "bob", "call": "erl_ddll:laod(Dir, exti(1, 2, 3))" })j");
    CHECK(joined(lines_of(read(text))) ==
          "4:27 /steps/0/call: there is no erl_ddll:laod/2 (did you mean \"erl_ddll:load\"?)\n"
          "4:46 /steps/0/call: there is no exti/3 (did you mean \"exit\"?)\n");
    CHECK(read_scenario(text, "s.json", {}, false).mistakes.empty());
    CHECK(mistakes(R"j({ "by": "bob", "call": "exit(1, 2, 3)" })j") ==
          "4:27 /steps/0/call: there is no exit/3 (exit takes 1 or 2 arguments)\n");
}

TEST_CASE("drivers may be known to the story by its calls alone") {
    CHECK(
        mistakes(
            R"j({ "by": "bob", "call": "erl_ddll:load(Dir, megaco)" }, { "expect": { "driver": "megaco", "status": "loaded" } })j") ==
        "");
    CHECK(
        mistakes(
            R"j({ "by": "bob", "call": "open_port({spawn_driver, \"tcp_inet x\"}, [])", "driver_calls": ["tcp_inet:start"] })j") ==
        "");
    CHECK(
        mistakes(
            R"j({ "install": "counter", "version": "v1", "into": "Dir", "as": "other" }, { "expect": { "driver": "other", "image": "v2" } })j") ==
        "");
    CHECK(mistakes(R"j({ "expect": { "driver": "conter", "status": "loaded" } })j") ==
          "4:27 /steps/0/expect/driver: no driver of this story is called \"conter\" (did you mean \"counter\"?)\n");
}

TEST_CASE("a driver whose name has a folder in it") {
    const Scenario s =
        good(R"j({ "scenario": 1, "title": "t", "drivers": { "sub/deep": { "v1": "a.so" }, "\u00e9": { "v1": "a.so" } },
      "paths": { "Dir": "x" }, "processes": { "bob": {} }, "steps": [
      { "install": "sub/deep", "version": "v1", "into": "Dir" },
      { "by": "bob", "call": "exit(1)", "driver_calls": ["sub/deep:init", "sub/deep/v1:stop", "\u00e9/v1:finish"] } ] })j");
    CHECK(step<InstallStep>(s, 0).as == "sub/deep");
    const auto& calls = step<CallStep>(s, 1).effects.driver_calls->calls;
    CHECK(calls.at(0).driver == "sub/deep");
    CHECK(calls.at(0).version.empty());
    CHECK(calls.at(1).driver == "sub/deep");
    CHECK(calls.at(1).version == "v1");
    CHECK(calls.at(2).driver == "\xc3\xa9");
}

TEST_CASE("limits") {
    ReadOptions small = options();
    small.max_bytes = 20;
    const ReadResult large = read_scenario(story("{\"note\": \"x\"}"), "s.json", small, false);
    REQUIRE(large.mistakes.size() == 1);
    CHECK(large.mistakes[0].message == "the scenario is larger than 20 bytes");
    CHECK(large.mistakes[0].place.file == "s.json");

    const std::string repeat =
        R"j({ "repeat": 1000, "steps": [ { "repeat": 500, "steps": [ { "note": "x" }, { "note": "y" } ] } ] })j";
    CHECK(mistakes(repeat) == "");
    CHECK(mistakes(repeat + ", { \"note\": \"z\" }") == "4:102 /steps/1: the story is longer than 1000000 steps\n");
    std::string deep = R"j({ "note": "x" })j";
    for (int i = 0; i < 20; ++i) deep = R"j({ "repeat": 1000000, "steps": [ )j" + deep + " ] }";
    CHECK(mistakes(deep) == "4:15 /steps/0/repeat: the story is longer than 1000000 steps with this repeat\n");

    std::string many;
    for (std::size_t i = 0; i < 5000; ++i) many += fmt::format("\"x{}\": 1, ", i);
    const auto lines = lines_of(read("{" + many + "\"scenario\": 1}"));
    REQUIRE(lines.size() == 1001);
}

TEST_CASE("a file that cannot be read is a mistake with its name") {
    const ReadResult missing = read_scenario_file("/nonexistent/story.json", options());
    REQUIRE(missing.mistakes.size() == 1);
    CHECK(missing.mistakes[0].message.find("No such file") != std::string::npos);
    CHECK(missing.mistakes[0].place.file == "/nonexistent/story.json");
    CHECK(!missing.scenario.has_value());
}

TEST_CASE("driver files are looked for beside the scenario, along the driver path, beside the program") {
    const Folder folder;
    folder.file("stories/a.so");
    folder.file("path/a.so");
    folder.file("path/b.so");
    folder.file("program/drivers/c.so");
    ReadOptions o = options();
    o.driver_path = {folder / "path"};
    o.program_folder = folder / "program";
    std::vector<std::string> examined;
    o.examine_driver = [&](const std::string& path) -> ddll::Result<void> {
        examined.push_back(path);
        if (path.ends_with("b.so")) return ddll::error("no driver entry", "link it");
        return {};
    };
    const auto with = [&](const std::string& versions) {
        const auto file =
            folder.file("stories/s.json",
                        R"j({ "scenario": 1, "title": "t", "processes": { "bob": {} }, "steps": [ { "note": "x" } ],
  "drivers": { "counter": { )j" +
                            versions + " } } }");
        return read_scenario_file(file, o);
    };
    const ReadResult found = with(R"j("v1": "a.so", "v2": { "file": "b.so", "broken": true }, "v3": "c.so", "v4": ")j" +
                                  (folder / "path/a.so") + "\"");
    REQUIRE(found.scenario.has_value());
    const auto& versions = found.scenario->drivers[0].versions;
    CHECK(versions[0].file == folder / "stories/a.so");
    CHECK(versions[1].file == folder / "path/b.so");
    CHECK(versions[2].file == folder / "program/drivers/c.so");
    CHECK(versions[3].file == folder / "path/a.so");
    CHECK(versions[3].written == folder / "path/a.so");
    CHECK(examined == std::vector<std::string>{versions[0].file, versions[2].file, versions[3].file});

    const ReadResult bad = with(R"j("v1": "b.so")j");
    REQUIRE(bad.mistakes.size() == 1);
    CHECK(line_of(bad.mistakes[0]) == "2:35 /drivers/counter/v1: no driver entry (link it)");
    CHECK(bad.mistakes[0].place.file == folder / "stories/s.json");

    const ReadResult missing = with(R"j("v1": "aa.so")j");
    REQUIRE(missing.mistakes.size() == 1);
    CHECK(line_of(missing.mistakes[0]) ==
          fmt::format(
              "2:35 /drivers/counter/v1: there is no file aa.so (did you mean a.so? looked in {0}/stories, {0}/path, "
              "{0}/program/drivers; --driver-path names further folders)",
              folder.path()));
}

TEST_CASE("wildcards take the last match in version order") {
    const Folder folder;
    folder.file("lib/megaco-4.9/priv/x.so");
    folder.file("lib/megaco-4.10/priv/x.so");
    folder.file("lib/megaco-4.11/priv/y.so");
    folder.file("lib/.megaco-9/priv/x.so");
    const std::string root = folder.path();
    CHECK(*find_driver_file(root + "/lib/megaco-*/priv/x.so", {}) == root + "/lib/megaco-4.10/priv/x.so");
    CHECK(*find_driver_file("lib/*/priv/?.so", {root}) == root + "/lib/megaco-4.11/priv/y.so");
    CHECK(*find_driver_file("lib/meg*4.?/*/x.so", {"/nonexistent", root}) == root + "/lib/megaco-4.9/priv/x.so");
    CHECK(!find_driver_file("lib/*.so", {root}));
    CHECK(find_driver_file("lib/m*/z.so", {root}).error().message == "no file matches lib/m*/z.so");
    CHECK(find_driver_file(root + "/lib", {}).error().message == root + "/lib is a folder, not a library file");

    CHECK(version_less("a-4.9", "a-4.10"));
    CHECK(version_less("a-4", "a-4.1"));
    CHECK(version_less("a2b", "a10"));
    CHECK(version_less("a01", "a1") != version_less("a1", "a01"));
    CHECK(!version_less("a", "a"));
}

TEST_CASE("every callback of the table is one of the journal's") {
    for (const auto& row : callback_rows()) {
        CAPTURE(row.name);
        CHECK(ddll::words::named<ddll::words::Callback>(row.name).has_value());
    }
}
