#include "made_up.h"
#include "report/formats.h"

using namespace made_up;
using report::Detail;
using report::Options;

TEST_CASE("the story of a reload, step by step") {
    const std::string text = report::write_text(one(reload_scenario(true)), {});
    const char* const expected = R"(A reload waits for bob's port
story.json

  1  install  counter v1 into Dir
  2  alice    erl_ddll:load(Dir, counter)
              runs     counter/v1 init
              returns  ok
              state    counter: loaded
  3  bob      open_port({spawn_driver, "counter"}, [binary])
              runs     counter/v1 start(P, "counter")
              returns  P

     Now the new version arrives.
  4  install  counter v2 into Dir
  5  alice    erl_ddll:try_load(Dir, counter, [{reload, pending_driver}])
              returns  {ok,pending_driver,Ref}
              state    counter: reload pending: held by P
  6  bob      port_close(P)
              runs     counter/v1 stop(P)
              returns  true
              runs     counter/v1 finish
              proof    replaced: the old library left memory, counter/v2 (build-id 0123456789ab) runs
              runs     counter/v2 init
              -> alice {'UP',Ref,driver,counter,loaded}
              state    counter: loaded

1 passed, 0 failed
)";
    CHECK(text == expected);
}

TEST_CASE("code that stayed is called by its old version, and the proof says so") {
    const std::string text = report::write_text(one(reload_scenario(false)), {});
    CHECK(contains(
        text,
        "proof    NOT REPLACED: the library of counter/v1 is still in memory, and counter/v1 (build-id 0123456789ab) "
        "runs instead of the file asked for\n"));
    CHECK(contains(text, "runs     counter/v1 init\n              -> alice"));
    CHECK_FALSE(contains(text, "counter/v2"));
}

TEST_CASE("verbose adds the loader and the API, story does not have them") {
    auto run = one(reload_scenario(true));
    Options options;
    options.detail = Detail::verbose;
    const std::string all = report::write_text(run, options);
    CHECK(contains(all, "counter/v1 driver_init"));
    CHECK(contains(all, "loader   library live/counter opened"));
    options.detail = Detail::log;
    const std::string story = report::write_text(run, options);
    CHECK_FALSE(contains(story, "driver_init"));
    CHECK_FALSE(contains(story, "loader "));
}

TEST_CASE("a failed expectation shows the place, the difference and how to replay") {
    report::Run run = one(failed_scenario());
    run.results.push_back(reload_scenario(true));
    Options options;
    options.seed = 7;
    const std::string text = report::write_text(run, options);
    CHECK(text.starts_with("FAILED    story.json  A reload waits for bob's port\n"
                           "ok        story.json  A reload waits for bob's port\n\n"));
    CHECK(contains(text, "  at        story.json:11:5\n"
                         "  step      2: alice  erl_ddll:unload(counter)\n"
                         "  FAILED   returns\n"
                         "    expected  {error, not_loaded}\n"
                         "    got       {error, permanent}\n"
                         "                      ^^^^^^^^^\n"
                         "    A permanent driver stays.\n"
                         "  last events\n"));
    CHECK(contains(text, "gets {error,permanent}\n"));
    CHECK(contains(text, "  replay    ddlltool run story.json --seed 7\n"));
    CHECK(text.ends_with("\n1 passed, 1 failed\n"));
}

TEST_CASE("a failing story marks the step and says what was not reached") {
    const std::string text = report::write_text(one(failed_scenario()), {});
    CHECK(contains(text, "  2  alice  erl_ddll:unload(counter)\n"
                         "            returns  {error,permanent}\n"
                         "            FAILED   returns  at story.json:11:5\n"));
    CHECK(contains(text, "1 more step was not reached"));
}

TEST_CASE("a death tells where the driver was, and its output cannot steer the terminal") {
    const std::string text = report::write_text(one(crashed_scenario()), {});
    CHECK(contains(text, "SIGSEGV (address 0x8 is not mapped) in callback control of driver counter\n"
                         "  signal    SIGSEGV\n"
                         "  driver    counter/v1\n"
                         "  callback  control\n"
                         "  port      P\n"
                         "  step      1: bob  port_control(P, 1, <<>>)\n"
                         "  at        story.json:10:5\n"
                         "  stack\n"
                         "    #0  crash_control.so+0x1139 control (crash_control.c:12)\n"
                         "    #1  ddlltool+0x9f00\n"
                         "  last events\n"));
    CHECK(contains(text, "  the driver printed\n    about to \\x1b[31mcrash\n    \\xff\n"
                         "  what to do\n    The driver read through a null pointer.\n"
                         "  replay    ddlltool run story.json\n"));
    CHECK(text.ends_with("0 passed, 0 failed, 1 crashed\n"));
    CHECK(text.find('\x1b') == std::string::npos);
}

TEST_CASE("findings have a rule, a reason and a cure; an unexpected one fails the story") {
    auto result = reload_scenario(false);
    result.findings.push_back({words::Rule::reload_kept_old_code,
                               words::Severity::error,
                               "counter was not replaced",
                               "counter",
                               "image 1 stayed mapped",
                               {},
                               5,
                               false});
    CHECK(report::verdict_of(result, report::FailOn::error) == Verdict::failed);
    CHECK(report::verdict_of(result, report::FailOn::never) == Verdict::passed);
    const std::string text = report::write_text(one(result), {});
    CHECK(contains(text, "error: reload-kept-old-code\n"
                         "  counter was not replaced\n"
                         "  step      6: bob  port_close(P)\n"
                         "  evidence\n    image 1 stayed mapped\n"
                         "  what to do\n    Remove the pin named beside this finding."));
    CHECK(text.ends_with("0 passed, 1 failed\n"));
    result.findings.front().expected = true;
    CHECK(report::verdict_of(result, report::FailOn::note) == Verdict::passed);
    CHECK(contains(report::write_text(one(result), {}), "error: reload-kept-old-code (expected)\n"));
}

TEST_CASE("the driver code that led to a finding is shown where the evidence cannot name it all") {
    auto result = reload_scenario(false);
    result.findings.push_back({words::Rule::double_free,
                               words::Severity::error,
                               "freed twice",
                               "c",
                               "driver_free, at c.c:3 in drop",
                               {{"c.so", 0x10, "drop", "c.c:3"}},
                               5,
                               false});
    CHECK_FALSE(contains(report::write_text(one(result), {}), "  stack\n"));
    result.findings.front().stack.push_back({"c.so", 0x20, "c_control", "c.c:9"});
    CHECK(contains(report::write_text(one(result), {}), "  stack\n    #0  c.so+0x10 drop (c.c:3)\n"
                                                        "    #1  c.so+0x20 c_control (c.c:9)\n"
                                                        "  what to do\n"));
}

TEST_CASE("quiet prints what is wrong and the summary, nothing else") {
    Options options;
    options.detail = Detail::quiet;
    CHECK(report::write_text(one(reload_scenario(true)), options) == "1 passed, 0 failed\n");
    CHECK(contains(report::write_text(one(failed_scenario()), options), "story.json:11:5"));
}

TEST_CASE("colour only when asked for") {
    const report::Run run = one(failed_scenario());
    CHECK(report::write_text(run, {}).find('\x1b') == std::string::npos);
    Options options;
    options.color = true;
    const std::string text = report::write_text(run, options);
    CHECK(contains(text, "\x1b[1;31m^^^^^^^^^\x1b[0m"));
}

TEST_CASE("a result without journal or scenario is still a report") {
    RunResult bare;
    bare.file = "x.json";
    bare.verdict = Verdict::crashed;
    bare.death.emplace();
    bare.death->headline = "killed";
    CHECK(contains(report::write_text(one(bare), {}), "killed"));
    auto without = failed_scenario();
    without.journal = nullptr;
    CHECK(contains(report::write_text(one(without), {}), "FAILED   returns"));
}

TEST_CASE("of a repeat the first round is told, later ones only where they went wrong") {
    Maker m;
    const auto round = [&](StepResult::State state) {
        m.step(
            call("bob", "port_control(P, 1, <<>>)", 9), [&] { m.returns(Maker::bob, "<<\"1\">>"); }, state);
    };
    for (int i = 0; i < 3; ++i) round(StepResult::State::done);
    round(StepResult::State::failed);
    m.result.failures.push_back({3, "returns", "<<\"1\">>", "<<\"2\">>", ""});
    auto result = m.finish(Verdict::failed);
    for (std::uint32_t i = 0; i < 4; ++i) {
        result.flat[i].number = 2;
        result.flat[i].rounds = {i + 1};
    }
    const std::string text = report::write_text(one(result), {});
    CHECK(contains(text, "(2 more steps of later rounds held)"));
    CHECK(contains(text, "  2  bob  port_control(P, 1, <<>>) (round 4)\n"));
}

TEST_CASE("two reports of one run are the same bytes") {
    for (const auto& format : report::formats())
        CHECK(format.write(one(reload_scenario(false)), {}) == format.write(one(reload_scenario(false)), {}));
}

TEST_CASE("the summary names what is not zero, and an interrupt") {
    report::Run run;
    for (const auto verdict : {Verdict::passed, Verdict::failed, Verdict::crashed, Verdict::hung, Verdict::unusable,
                               Verdict::bug, Verdict::skipped}) {
        RunResult result;
        result.verdict = verdict;
        run.results.push_back(result);
    }
    CHECK(report::summary_line(run, report::FailOn::warning) ==
          "1 passed, 1 failed, 1 crashed, 1 hung, 1 unusable, 1 bug of ddlltool, 1 skipped");
    CHECK(report::summary_line({}, report::FailOn::warning) == "0 passed, 0 failed");
    run.results.clear();
    run.interrupted = true;
    CHECK(report::summary_line(run, report::FailOn::warning) == "0 passed, 0 failed (interrupted)");
}

TEST_CASE("a blocking call that returns within its step simply returns; one that does not, blocks") {
    Maker m;
    const std::string ok = external("ok");
    m.step(call("alice", "erl_ddll:reload(Dir, counter)", 9), [&] {
        m.write(journal::Returned{Maker::alice, journal::Outcome::blocked, false, ""});
        m.enters(journal::Callback::finish, Maker::v1);
        m.write(journal::Returned{Maker::alice, journal::Outcome::value, true, ok});
    });
    m.step(call("bob", "erl_ddll:reload(Dir, counter)", 10), [&] {
        m.write(journal::Returned{Maker::bob, journal::Outcome::blocked, false, ""});
    });
    m.step(call("alice", "port_close(P)", 11), [&] {
        m.returns(Maker::alice, "true");
        m.write(journal::Returned{Maker::bob, journal::Outcome::value, true, ok});
    });
    const std::string text = report::write_text(one(m.finish(Verdict::passed)), {});
    CHECK(contains(text, "  1  alice  erl_ddll:reload(Dir, counter)\n"
                         "            runs     #1 finish\n"
                         "            returns  ok\n"
                         "  2  bob    erl_ddll:reload(Dir, counter)\n"
                         "            blocks   bob: has not got its answer yet\n"
                         "  3  alice  port_close(P)\n"
                         "            returns  true\n"
                         "            returns  bob: ok\n"));
}

TEST_CASE("the lines of a description are joined to paragraphs") {
    Maker m;
    m.scenario->description = {"One sentence", "goes on.", "", "Another."};
    CHECK(contains(report::write_text(one(m.finish(Verdict::passed)), {}),
                   "story.json\n\nOne sentence goes on.\n\nAnother.\n"));
}
