"""Suites that `ddlltool export` writes, run by real Common Test and EUnit: what must pass, what must fail, and how."""
import re
import shutil

from sandbox import HERE, ROOT, Skipped, need

STORIES = ROOT / "tests/scenarios"
PATTERNS = STORIES / "patterns"
# Of each kind of ending: returns, messages, blocked calls, ends, exceptions, the files of the loader.
LIFECYCLE = [STORIES / f"lifecycle/{name}.json" for name in ("l01", "l05", "m03", "p05", "r01", "r18", "r34", "r21", "slice-yield", "u10", "u20")]


def need_application(sandbox, name):
    need("erl", "erlc")
    done = sandbox.run(["erl", "-noshell", "-eval", f"io:format(\"~p\", [code:lib_dir({name})]), halt()."]).must()
    if "bad_name" in done.output:
        raise Skipped(f"there is no Erlang application {name} here")


def export(sandbox, kind, folder, *stories, name="mine", drivers=None):
    """The Done of the export."""
    return sandbox.run(["ddlltool", "export", kind, "--name", name, "--into", folder, "--driver-path",
                        drivers or sandbox.build / "drivers", *stories]).must()


def common_test(sandbox, folder, name="mine"):
    """(passed, failed, skipped, what the run says)"""
    need_application(sandbox, "common_test")
    (folder / "logs").mkdir()
    call = f'{{P, F, {{U, A}}}} = ct:run_test([{{suite, "{name}_SUITE"}}, {{dir, "."}}, {{logdir, "logs"}}]), ' \
           'io:format("~nRESULT ~b ~b ~b~n", [P, F, U + A]), halt().'
    done = sandbox.run(["timeout", "-s", "KILL", "280", "erl", "-noshell", "-eval", call], cwd=folder).must()
    found = re.search(r"^RESULT (\d+) (\d+) (\d+)$", done.output, re.M)
    assert found, done.output
    return (*map(int, found.groups()), done.output)


def counts(text):
    """(cases, skipped) of what an export says."""
    found = re.search(r": (\d+) cases, (\d+) of them skipped", text)
    return int(found[1]), int(found[2])


def a_suite_of_patterns_passes_on_common_test(sandbox):
    folder = sandbox.fresh("ct")
    said = export(sandbox, "--ct", folder, PATTERNS).output
    assert "reload_taken_back.json  step 6 moves the clock, which a node cannot" in said, said
    cases, skipped = counts(said)
    passed, failed, not_played, out = common_test(sandbox, folder)
    assert (passed, failed, not_played) == (cases - skipped, 0, skipped) and passed >= 15, out


def a_suite_of_lifecycle_stories_passes_on_common_test(sandbox):
    folder = sandbox.fresh("ct")
    # Which drivers are linked in is the machine's affair, and some stories say it.
    places = []
    for story in LIFECYCLE:
        text = story.read_text(encoding="utf-8")
        text = re.sub(r'\{ok, \[\\"tcp_inet\\".*?\]\}', "{ok, [_, ...]}", text)
        (folder / story.name).write_text(text, encoding="utf-8")
        places.append(folder / story.name)
    cases, skipped = counts(export(sandbox, "--ct", folder, *places).output)
    assert (cases, skipped) == (len(LIFECYCLE), 1), (cases, skipped)
    passed, failed, not_played, out = common_test(sandbox, folder)
    assert (passed, failed, not_played) == (cases - 1, 0, 1), out


def a_suite_fails_where_it_must(sandbox):
    folder = sandbox.fresh("ct")
    wrong = [STORIES / f"failing/{name}.json" for name in ("returns", "receives_too_much", "exits", "crash", "hang")]
    # Waiting for what will not come is what takes the time here.
    export(sandbox, "--ct", folder, *wrong, PATTERNS / "single_owner.json")
    (folder / "mine_SUITE.erl").write_text((folder / "mine_SUITE.erl").read_text(encoding="utf-8").replace(
        "suite() -> [", 'suite() -> os:putenv("DDLLTOOL_PATIENCE", "500"), ['), encoding="utf-8")
    passed, failed, not_played, out = common_test(sandbox, folder)
    assert (passed, failed, not_played) == (1, 5, 0), out
    for said in ("returns.json\\nstep 4: bob: port_control(P, 1, <<\\\"42\\\">>)", "expected <<\\\"43\\\">>", "got      <<\\\"42\\\">>",
                 "receives bob", "exits alice", "crash.json\\nthe node died", "hang.json\\nit did not end within"):
        assert said in out, f"{said}\n{out}"


def a_suite_passes_without_nodes_of_its_own(sandbox):
    """As on an Erlang that has no peer: on the node of the tests, where a permanent driver stays."""
    folder = sandbox.fresh("ct")
    shutil.copy(STORIES / "api/permanent.json", folder / "again.json")
    stories = [PATTERNS / "single_owner.json", PATTERNS / "release_rolled_back.json", STORIES / "api/permanent.json", folder / "again.json"]
    export(sandbox, "--ct", folder, *stories)
    story = folder / "ddlltool_story.erl"
    text = story.read_text(encoding="utf-8")
    assert text.count("ensure_loaded(peer)") == 1
    story.write_text(text.replace("ensure_loaded(peer)", "ensure_loaded(no_such_module)"), encoding="utf-8")
    passed, failed, not_played, out = common_test(sandbox, folder)
    assert (passed, failed, not_played) == (2, 0, 2), out


def a_module_of_eunit_passes_and_fails(sandbox):
    need_application(sandbox, "eunit")
    folder = sandbox.fresh("eunit")
    export(sandbox, "--eunit", folder, PATTERNS / "single_owner.json", LIFECYCLE[6], STORIES / "failing/returns.json")
    sandbox.run("erlc -Wall -Werror *.erl", cwd=folder).must()
    eunit = ["erl", "-noshell", "-eval", "R = eunit:test(mine_tests, [verbose]), io:format(\"~p~n\", [R]), halt()."]
    env = {"DDLLTOOL_PATIENCE": "500"}
    out = sandbox.run(eunit, cwd=folder, env=env).must(0, "Failed: 1.  Skipped: 0.  Passed: 1.", "\nerror\n").output
    for said in ("single_owner.json)...", "r34.json: not played: step 9 moves the clock", 'expected <<"43">>', "returns.json\nstep 4"):
        assert said in out, f"{said}\n{out}"


def a_project_of_rebar3_runs_both(sandbox):
    need("rebar3", "make", "cc")
    need_application(sandbox, "common_test")
    project = sandbox.copy("rebar3_project")
    sandbox.run("rebar3 compile", cwd=project).must()
    for kind in ("--ct", "--eunit"):
        sandbox.run(f"ddlltool export {kind} stories --into test --driver-path priv", cwd=project).must()
    sandbox.run("rebar3 ct", cwd=project).must(0, "All 1 tests passed")
    sandbox.run("rebar3 eunit", cwd=project).must(0, "2 tests, 0 failures")
    # A node whose driver is another one than the story knows.
    source = project / "c_src/roman.c"
    source.write_text(source.read_text(encoding="utf-8").replace('{4, "IV"}', '{4, "IIII"}'), encoding="utf-8")
    sandbox.run("make -C c_src", cwd=project).must()
    shutil.copy(project / "priv/roman.so", project / "test/stories_SUITE_data/roman/v1.so")
    done = sandbox.run("rebar3 ct", cwd=project)
    assert done.code == 1 and "MCMXCIIII" in done.output, done.output


CASES = [a_suite_of_patterns_passes_on_common_test, a_suite_of_lifecycle_stories_passes_on_common_test, a_suite_fails_where_it_must,
         a_suite_passes_without_nodes_of_its_own, a_module_of_eunit_passes_and_fails, a_project_of_rebar3_runs_both]
