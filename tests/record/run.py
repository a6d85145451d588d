#!/usr/bin/env python3
"""`ddlltool record` with programs that use drivers on real nodes: what it writes plays unedited, says what the program did, is
the same each time, and a node agrees with it.

usage: tests/record/run.py --program build-gcc/ddlltool --build build-gcc [--only REGEX] [--show]

Ends with "N passed, N failed", counted in programs and mistakes; 77 when there is no erl.
"""
import argparse
import glob
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE / "programs"
ROOT = HERE.parent.parent
CASES = []


def case(function):
    CASES.append(function)
    return function


class Stage:
    """A folder of its own for one case."""

    def __init__(self, arguments, folder):
        self.program, self.build, self.show, self.folder = arguments.program, arguments.build, arguments.show, folder
        self.live = folder / "live"
        self.live.mkdir()

    def put(self, driver, source):
        shutil.copy(self.build / "drivers" / source, self.live / f"{driver}.so")

    def run(self, *words, env=None, cwd=None):
        done = subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, timeout=300,
                              env={**os.environ, **(env or {})}, cwd=cwd or self.folder)
        if self.show:
            print(f"$ ddlltool {' '.join(map(str, words))}\n{done.stdout}{done.stderr}({done.returncode})\n")
        return done

    def record(self, *command, into="out", code=0, options=(), env=None):
        """What JSON says of a recording."""
        done = self.run("record", "--into", self.folder / into, "--format", "json", *options, "--", *command, env=env)
        assert done.returncode == code, (done.returncode, done.stdout[-3000:], done.stderr[-3000:])
        text = done.stdout[done.stdout.index('{\n  "version"'):]
        return json.loads(text)

    def script(self, name, **more):
        return self.record("escript", PROGRAMS / f"{name}.escript", self.live, self.build / "drivers", **more)

    def refused(self, *words):
        """An error of input: its text, in one line."""
        done = self.run("record", *words)
        assert done.returncode == 3, (done.returncode, done.stdout, done.stderr)
        lines = [line for line in done.stderr.splitlines() if line.startswith("ddlltool:")]
        assert len(lines) == 1, done.stderr
        return lines[0]


def agree(stage, value, verify=True):
    """All that was recorded plays as it is, and a node does the same."""
    files = [one["file"] for one in value["scenarios"]]
    assert files
    for one in value["scenarios"]:
        assert one["agree"] == one["steps"] > 0 and not one["differences"] and one["verdict"] == "passed", one
    assert stage.run("run", "-q", *files).returncode == 0
    if verify:
        done = stage.run("verify", "-q", *files)
        assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(Path(file).read_text()) for file in files]


def same_again(stage, record):
    """Recorded once more, it is the same."""
    first, second = record(into="first"), record(into="second")
    for one, other in zip(first["scenarios"], second["scenarios"], strict=True):
        assert Path(one["file"]).read_text() == Path(other["file"]).read_text(), (one, other)
    return first


def calls(scenario):
    return [step.get("call", "") for step in scenario["steps"]]


@case
def one_process(stage):
    stage.put("counter", "counter_v1.so")
    value = same_again(stage, lambda into: stage.script("counter", into=into))
    assert value["exit_status"] == 3 and value["nodes"] == 1
    [story] = agree(stage, value)
    raised = [step for step in story["steps"] if step.get("raises")]
    assert [step["raises"] for step in raised] == ["error:badarg", "error:badarg"], raised
    assert 'port_control(P, 1, <<"5">>)' in calls(story)
    assert value["scenarios"][0]["callbacks"]["counter"]["all"] == 5


@case
def a_port_given_away_and_processes_that_end(stage):
    stage.put("echo", "echo_v1.so")
    [story] = agree(stage, same_again(stage, lambda into: stage.script("processes", into=into)))
    assert set(story["processes"]) == {"keeper", "heir", "owner"}
    assert story["processes"]["keeper"] == {"trap_exit": True}
    killed = [step for step in story["steps"] if step.get("exits") == {"heir": "killed"}]
    assert killed[0]["receives"] == {"keeper": ["{'DOWN',Ref,port,P,killed}"]}, killed


@case
def files_that_change(stage):
    stage.put("counter", "counter_v1.so")
    value = same_again(stage, lambda into: (stage.put("counter", "counter_v1.so"), stage.script("reload", into=into))[1])
    [story] = agree(stage, value)
    assert [step["version"] for step in story["steps"] if "install" in step] == ["v1", "v2", "v3", "v1"]
    assert story["drivers"]["counter"]["v3"] == {"file": "drivers/v3/counter.so", "broken": True}
    for version, source in (("v1", "counter_v1.so"), ("v2", "counter_v2.so")):
        copy = stage.folder / "first" / story["drivers"]["counter"][version]
        assert copy.read_bytes() == (stage.build / "drivers" / source).read_bytes()


@case
def timers(stage):
    stage.put("timer", "timer.so")
    value = same_again(stage, lambda into: stage.script("timers", into=into))
    [story] = agree(stage, value)
    assert [step["advance"] for step in story["steps"] if "advance" in step][:2] == ["20ms", "15ms"]


@case
def a_node_that_is_killed(stage):
    stage.put("echo", "echo_v1.so")
    value = stage.script("killed")
    assert value["ended_by"] == "SIGKILL"
    [story] = agree(stage, value)
    assert calls(story)[-1] == 'port_command(P, <<"1000">>)', calls(story)[-3:]


@case
def a_hundred_thousand_controls(stage):
    stage.put("counter", "counter_v1.so")
    [story] = agree(stage, stage.script("controls"), verify=False)
    assert [step["repeat"] for step in story["steps"] if "repeat" in step] == [100000, 998]
    assert len(story["steps"]) < 12


@case
def the_scanner_of_megaco(stage):
    if not glob.glob("/usr/lib/erlang/lib/megaco-*/priv/lib/megaco_flex_scanner_drv*.so"):
        return "no megaco"
    [story] = agree(stage, same_again(stage, lambda into: stage.script("megaco", into=into, env={"ERL_FLAGS": "+S 1:1"})))
    assert any(call.startswith("port_control(P, ") for call in calls(story))


@case
def a_data_base(stage):
    if not glob.glob("/usr/lib/erlang/lib/p1_sqlite3-*/priv/sqlite3_drv.so"):
        return "no sqlite3"
    [story] = agree(stage, same_again(stage, lambda into: stage.script("sqlite", into=into)))
    assert "sqlite3_notes" in str(story["processes"]) or "notes" in story["processes"], story["processes"]


@case
def a_trace_file(stage):
    [story] = agree(stage, same_again(stage, lambda into: stage.script("tracefile", into=into)))
    assert calls(story)[-1] == "port_close(P)"


@case
def twenty_test_cases(stage):
    if not glob.glob("/usr/lib/erlang/lib/common_test-*"):
        return "no Common Test"
    stage.put("counter", "counter_v1.so")
    shutil.copy(PROGRAMS / "ports_SUITE.erl", stage.folder)
    logs = stage.folder / "logs"
    logs.mkdir()
    value = stage.record("ct_run", "-noshell", "-dir", stage.folder, "-suite", "ports_SUITE", "-logdir", logs,
                         env={"LIVE": str(stage.live)})
    assert value["exit_status"] == 0
    stories = agree(stage, value)
    names = sorted(Path(one["file"]).stem for one in value["scenarios"])
    assert names == sorted(f"ports_SUITE.case_{n}" for n in range(1, 21)), names
    assert all(len(story["processes"]) == 3 for story in stories)


@case
def tests_of_eunit(stage):
    if not glob.glob("/usr/lib/erlang/lib/eunit-*"):
        return "no EUnit"
    stage.put("counter", "counter_v1.so")
    subprocess.run(["erlc", "-o", stage.folder, PROGRAMS / "notes_tests.erl"], check=True)
    value = stage.record("erl", "-noshell", "-pa", stage.folder, "-eval", "ok = eunit:test(notes_tests), halt().",
                         env={"LIVE": str(stage.live)})
    stories = agree(stage, value)
    names = [Path(one["file"]).stem for one in value["scenarios"]]
    assert names == ["notes_tests.first_test", "notes_tests.second_test", "test"], names
    assert calls(stories[2])[1] == "erl_ddll:load(Dir, counter)" and 'port_control(P, 1, "3")' in calls(stories[2])


@case
def a_driver_that_crashes_the_node(stage):
    stage.put("crash_in", "crash_in.so")
    value = stage.script("crash")
    [one] = value["scenarios"]
    assert value["exit_status"] != 0 and one["agree"] == one["steps"] and one["verdict"] == "passed", value
    story = json.loads(Path(one["file"]).read_text())
    assert story["expected_crash"] == {"signal": "SIGSEGV", "callback": "control"}, story


@case
def a_program_that_traces_by_itself(stage):
    stage.put("counter", "counter_v1.so")
    value = stage.record("erl", "-noshell", "-eval",
                         f'ok = erl_ddll:load("{stage.live}", counter), erlang:trace(new, false, [call]), halt().')
    otp = subprocess.run(["erl", "-noshell", "-eval", "io:put_chars(erlang:system_info(otp_release)), halt()."],
                         capture_output=True, text=True, check=True).stdout
    assert value["scenarios"][0]["traces_itself"] == (int(otp) < 27), (otp, value)


@case
def jobs_and_several_owners_at_once(stage):
    stage.put("echo", "echo_v1.so")
    [story] = agree(stage, stage.script("crowd"))
    assert len(story["processes"]) == 5


@case
def a_release_that_is_upgraded(stage):
    """The gen_server of docs/patterns.md up and down, with the real release_handler."""
    spec = importlib.util.spec_from_file_location("patterns", ROOT / "tests" / "patterns" / "run.py")
    patterns = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(patterns)
    patterns.lay_out(stage.folder, stage.build / "drivers")
    value = same_again(stage, lambda into: stage.record("escript", PROGRAMS / "upgrade.escript", stage.folder, into=into))
    [story] = agree(stage, value)
    assert set(story["drivers"]["ledger"]) == {"v1", "v2"} and set(story["paths"]) == {"Dir", "Dir2"}
    assert sum("{reload,pending_driver}" in call for call in calls(story)) == 2, calls(story)


@case
def only_some_drivers(stage):
    stage.put("counter", "counter_v1.so")
    stage.script("counter", options=["--driver", "counter"])
    said = stage.refused("--driver", "echo", "--", "escript", PROGRAMS / "counter.escript", stage.live)
    assert "none loaded echo" in said, said


@case
def what_was_written_feeds_check(stage):
    stage.put("counter", "counter_v1.so")
    [one] = stage.script("counter")["scenarios"]
    done = stage.run("check", stage.live / "counter.so", "--workload", one["file"])
    assert done.returncode == 0 and done.stdout.startswith("SAFE"), done.stdout


@case
def the_command_is_not_changed(stage):
    stage.put("counter", "counter_v1.so")
    done = stage.run("record", "--no-replay", "--into", stage.folder / "out", "--", "erl", "-noshell", "-eval",
                     f'ok = erl_ddll:load("{stage.live}", counter), io:put_chars(os:getenv("ERL_AFLAGS")), halt(7).',
                     env={"ERL_AFLAGS": "-kernel my_own yes"})
    assert "-kernel my_own yes -pa " in done.stdout and "exit status 7" in done.stdout, done.stdout
    assert done.returncode == 0


@case
def mistakes(stage):
    out = ["--into", stage.folder / "out"]
    assert "cannot run no-such-program" in stage.refused(*out, "--", "no-such-program")
    assert "started no Erlang node" in stage.refused(*out, "--", "true")
    assert "none loaded a driver" in stage.refused(*out, "--", "erl", "-noshell", "-eval", "halt().")
    (stage.folder / "file").write_text("")
    assert "cannot be written" in stage.refused("--into", stage.folder / "file", "--", "true")
    assert "there is no nowhere/erl" in stage.refused(*out, "--erl", "nowhere/erl", "--", "true")
    done = stage.run("record")
    assert done.returncode == 2, done.stderr


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    arguments.program, arguments.build = arguments.program.resolve(), arguments.build.resolve()
    if not shutil.which("erl"):
        print("no erl: nothing is recorded")
        return 77
    passed = failed = 0
    for function in CASES:
        if not re.search(arguments.only, function.__name__):
            continue
        with tempfile.TemporaryDirectory(prefix="ddlltool-test-") as folder:
            try:
                left_out = function(Stage(arguments, Path(folder)))
                passed += 1
                print(f"{function.__name__}: {left_out or 'ok'}")
            except Exception:
                failed += 1
                print(f"{function.__name__}: FAILED")
                traceback.print_exc(file=sys.stdout)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
