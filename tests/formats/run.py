#!/usr/bin/env python3
"""Reads the reports of `ddlltool run` with readers that ddlltool has no part in: xmllint, perl's TAP harness, Erlang, a
browser, and small ones of our own (readers.py).

A case is a function of CASES. One that needs a program which is not installed is skipped, and said so by name; then, if
nothing failed, the exit code is 77.

usage: tests/formats/run.py --program BUILD/ddlltool --drivers BUILD/drivers [--filter TEXT]
The last line is "N passed, N failed".
"""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import chromium
import html_cases
from readers import schema_errors, tap, unescaped, workflow_commands

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PATIENCE = 120
# Every verdict, findings expected and not, threads, virtual time that moves, text that wants to be markup.
SCENARIOS = ["tests/scenarios/demo", "tests/scenarios/failing", "tests/scenarios/findings", "tests/scenarios/threads/jobs.json",
             "tests/scenarios/api/timers.json", "tests/cli/bad/shape-unknown-keys.json", "tests/formats/hostile.json"]
FORMATS = ["text", "json", "html", "junit", "tap", "sarif", "github", "trace", "term"]


class Missing(Exception):
    """A program that a case needs."""


def needed(name):
    found = shutil.which(name)
    if not found:
        raise Missing(name)
    return found


class Formats:
    def __init__(self, program, drivers, folder):
        self.program, self.drivers, self.folder = program, drivers, Path(folder)
        self.written = {}

    def environment(self, **more):
        env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "GITHUB_STEP_SUMMARY")}
        return {**env, "LC_ALL": "C.UTF-8", **more}

    def run_program(self, *arguments, cwd=ROOT, **env):
        return subprocess.run([self.program, *map(str, arguments)], cwd=cwd, env=self.environment(**env), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=PATIENCE, check=False)

    def report(self, format_name, *scenarios, cwd=ROOT, options=()):
        done = self.run_program("run", "--driver-path", self.drivers, "--format", format_name, *options, *scenarios, cwd=cwd)
        assert done.returncode in (0, 1, 3, 4, 5), done.stderr.decode()
        return done.stdout.decode()

    def all(self, which=0):
        """Every format of all scenarios, from one run; `which` makes another one."""
        if which not in self.written:
            folder = self.folder / f"all-{which}"
            folder.mkdir()
            outputs = ",".join(f"{name}={folder}/report.{name}" for name in FORMATS)
            done = self.run_program("run", "--driver-path", self.drivers, "--events", "--format", outputs, *SCENARIOS)
            assert done.returncode == 4, done.stderr.decode()
            self.written[which] = {name: (folder / f"report.{name}").read_bytes() for name in FORMATS}
            self.written[which]["folder"] = folder
        return self.written[which]

    def scenario(self, name, text):
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text if isinstance(text, str) else json.dumps(text))
        return path


def same_run_same_bytes(formats):
    first, second = formats.all(0), formats.all(1)
    for name in FORMATS:
        assert first[name] == second[name], name


def no_machine_in_it(formats):
    """No address of memory, no folder of this machine."""
    for name in FORMATS:
        text = formats.all()[name].decode()
        assert str(ROOT) not in text and "0x7f" not in text, name


def json_fits_its_schema(formats):
    schema = json.loads(formats.run_program("schema", "report").stdout)
    wrong = schema_errors(json.loads(formats.all()["json"]), schema)
    assert not wrong, wrong[:5]
    worse = json.loads(formats.all()["json"])
    worse["scenarios"][0]["verdict"] = "fine"
    del worse["summary"]["hung"]
    assert len(schema_errors(worse, schema)) == 2


def junit_fits_its_schema(formats):
    xmllint = needed("xmllint")
    check = formats.folder / "check.xml"
    formats.run_program("check", formats.drivers / "counter_v1.so", "--strictness", "1", "--format", f"junit={check}")
    for file in (formats.all()["folder"] / "report.junit", check):
        done = subprocess.run([xmllint, "--noout", "--nonet", "--schema", HERE / "junit.xsd", file], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


def junit_names_are_unique(formats):
    xmllint = needed("xmllint")
    twice = formats.folder / "twice.xml"
    twice.write_text(formats.report("junit", "tests/scenarios/demo/counter.json", "tests/scenarios/demo/counter.json"))
    done = subprocess.run([xmllint, "--noout", "--schema", HERE / "junit.xsd", twice], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def verdicts(formats):
    return [scenario["verdict"] for scenario in json.loads(formats.all()["json"])["scenarios"]]


def tap_says_what_json_says(formats):
    tests = tap(formats.all()["tap"].decode())
    scenarios = json.loads(formats.all()["json"])["scenarios"]
    assert len(tests) == len(scenarios)
    for (ok, description, directive, diagnostics), scenario in zip(tests, scenarios):
        assert ok == (scenario["verdict"] in ("passed", "skipped")) and directive is None
        assert description.startswith(scenario["file"])
        if not ok:
            assert diagnostics["verdict"] == scenario["verdict"] and diagnostics["message"]
        for reported, known in zip(diagnostics["failures"] if scenario["failures"] else [], scenario["failures"], strict=True):
            assert (reported["what"], reported.get("expected", "")) == (known["what"], known["expected"])
            assert reported["file"] == scenario["file"] and ("step" not in known or reported["line"] > 0)
    hostile = next(test for test in tests if "hostile" in test[1])
    assert "# SKIP \\ %0A::error::x" in hostile[1], hostile[1]
    assert unescaped(r"\\ \#") == r"\ #"


def tap_is_read_by_perl(formats):
    perl = needed("perl")
    # Its versions up to 3.44 know 13 as the last one; what is used here is the same in both.
    script = (r'use TAP::Parser; local $/; my $t = <STDIN>; $t =~ s/^TAP version 14/TAP version 13/;'
              r'my $p = TAP::Parser->new({tap => $t}); $p->run;'
              r'print join(",", scalar $p->passed, scalar $p->failed, scalar $p->parse_errors), "\n", $p->parse_errors;')
    done = subprocess.run([perl, "-e", script], input=formats.all()["tap"], capture_output=True, check=False)
    good = sum(verdict in ("passed", "skipped") for verdict in verdicts(formats))
    assert done.stdout.decode() == f"{good},{len(verdicts(formats)) - good},0\n", done.stdout.decode() + done.stderr.decode()


def sarif_of(formats, *scenarios, cwd=ROOT):
    log = json.loads(formats.report("sarif", *scenarios, cwd=cwd))
    wrong = schema_errors(log, json.loads((HERE / "sarif.schema.json").read_text()))
    assert not wrong, wrong[:5]
    return log["runs"][0]


def places(run):
    return [location["physicalLocation"] for result in run["results"] for location in result["locations"]]


def sarif_fits(formats):
    run = sarif_of(formats, *SCENARIOS)
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted({rule["id"] for rule in rules})
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    for place in places(run):
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%" and (ROOT / place["artifactLocation"]["uri"]).is_file()
    prints = [result["partialFingerprints"]["ddlltool/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))
    scenarios = json.loads(formats.all()["json"])["scenarios"]
    assert len(run["results"]) == sum(len(s["findings"]) + len(s["failures"]) + ("death" in s) for s in scenarios)
    expected = sum(f["expected"] for s in scenarios for f in s["findings"]) + sum(s.get("death", {}).get("expected", False) for s in scenarios)
    assert expected > 0 and sum(bool(result["suppressions"]) for result in run["results"]) == expected
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["descriptor"]["id"] == "unusable-scenario" and not run["invocations"][0]["executionSuccessful"]


def sarif_of_check_fits(formats):
    done = formats.run_program("check", formats.drivers / "counter_v1.so", "--strictness", "1", "--format", "sarif")
    wrong = schema_errors(json.loads(done.stdout), json.loads((HERE / "sarif.schema.json").read_text()))
    assert not wrong, wrong[:5]


def checks_and_inspections(formats):
    """What check and inspect say of one file and of two, each in every format, made once: {(command, how many): folder}."""
    made = {}
    pair = [formats.drivers / "museum/fd-leak" / which / "exhibit.so" for which in ("found", "fixed")]
    for command, one, two in (("check", ["--control", "1,x"], ["--against", pair[1]]), ("inspect", [], [pair[1]])):
        for many, more in ((1, one), (2, one + two)):
            folder = formats.folder / f"{command}{many}"
            folder.mkdir(exist_ok=True)
            names = ("text", "json", "html", "junit", "tap", "sarif", "github", "term")
            if not (folder / "term").exists():
                # inspect is given the older one first
                files = [pair[1], pair[0]] if command == "inspect" and many == 2 else [pair[0], *more]
                done = formats.run_program(command, *files, "--format", ",".join(f"{name}={folder / name}" for name in names))
                assert done.returncode in (0, 1), done
            made[command, many] = folder
    return made


def check_and_inspect_in_every_format(formats):
    schema = json.loads((HERE / "sarif.schema.json").read_text())
    for (command, many), folder in checks_and_inspections(formats).items():
        log = json.loads((folder / "sarif").read_text())
        wrong = schema_errors(log, schema)
        assert not wrong, (command, many, wrong[:5])
        states = {result.get("baselineState") for result in log["runs"][0]["results"]}
        assert (None in states) == (many == 1) or not states, (command, many, states)
        doc = json.loads((folder / "json").read_text())
        findings = doc["findings"] if command == "check" else doc["files"][-1]["findings"]
        rules = {finding["rule"] for finding in findings}
        assert rules or command == "inspect", (command, many)
        for name in ("text", "html", "junit", "tap", "sarif", "github", "term"):
            text = (folder / name).read_text()
            assert all(rule in text for rule in rules), (command, many, name, rules)
        tests = tap((folder / "tap").read_text())
        assert tests and all(description for _, description, _, _ in tests), (command, many)
        html = (folder / "html").read_text()
        assert html.startswith("<!DOCTYPE html>") and "<script" not in html and "http" not in html.split("</style>")[1], (command, many)


def junit_of_check_and_inspect_fits(formats):
    xmllint = needed("xmllint")
    for folder in checks_and_inspections(formats).values():
        done = subprocess.run([xmllint, "--noout", "--nonet", "--schema", HERE / "junit.xsd", folder / "junit"], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()


def term_of_check_and_inspect_is_read_by_erlang(formats):
    erl = needed("erl")
    for (command, many), folder in checks_and_inspections(formats).items():
        program = ('case file:consult(os:getenv("REPORT")) of {ok, [{Tag, 1, #{}}]} -> io:format("~w", [Tag]); '
                   'Other -> io:format("~p", [Other]) end, halt().')
        done = subprocess.run([erl, "-noshell", "-noinput", "-eval", program], timeout=PATIENCE, capture_output=True, check=False,
                              env=formats.environment(REPORT=str(folder / "term")))
        assert done.stdout.decode() == f"ddlltool_{command}", (many, done)


def sarif_fingerprints_stay_when_lines_move(formats):
    text = (ROOT / "tests/scenarios/demo/pinned.json").read_text()
    runs = []
    for before in ("", "\n\n// a remark\n\n"):
        formats.scenario("moved/pinned.json", before + text)
        runs.append(sarif_of(formats, "moved/pinned.json", cwd=formats.folder))
    prints = [[result["partialFingerprints"] for result in run["results"]] for run in runs]
    assert prints[0] and prints[0] == prints[1]
    lines = [[place["region"]["startLine"] for place in places(run)] for run in runs]
    assert lines[0] != lines[1]


SOURCE = """\
#include <erl_driver.h>
static ErlDrvData start(ErlDrvPort port, char* command) { (void)command; return (ErlDrvData)port; }
static ErlDrvSSizeT control(ErlDrvData data, unsigned command, char* buffer, ErlDrvSizeT length, char** result, ErlDrvSizeT size) {
    (void)data; (void)buffer; (void)length; (void)result; (void)size;
    int* place = (int*)(unsigned long)(command & 8);
    if (command == 8) *place = 1;
    return 0;
}
static ErlDrvEntry entry = {.driver_name = "tiny", .start = start, .control = control,
    .extended_marker = ERL_DRV_EXTENDED_MARKER, .major_version = ERL_DRV_EXTENDED_MAJOR_VERSION,
    .minor_version = ERL_DRV_EXTENDED_MINOR_VERSION};
DRIVER_INIT(tiny) { return &entry; }
"""
SCENARIO = {"scenario": 1, "title": "A crash with a source", "paths": {"Dir": "live"}, "drivers": {"tiny": {"v1": "tiny.so"}},
         "processes": {"alice": {}}, "steps": [
             {"install": "tiny", "version": "v1", "into": "Dir"}, {"by": "alice", "call": "erl_ddll:load(Dir, tiny)"},
             {"by": "alice", "call": "open_port({spawn_driver, \"tiny\"}, [])", "returns": "P"},
             {"by": "alice", "call": "port_control(P, 8, [])"}]}


def crash_with_source(formats):
    """The folder of a small project whose driver crashes in line 6 of c_src/tiny.c, and its scenario."""
    compiler = needed("cc")
    project = formats.folder / "project"
    if not project.exists():
        (project / "c_src").mkdir(parents=True)
        (project / "c_src/tiny.c").write_text(SOURCE)
        (project / "story.json").write_text(json.dumps(SCENARIO))
        subprocess.run([compiler, "-g", "-O0", "-shared", "-fPIC", "-I/usr/lib/erlang/usr/include", "-o", "tiny.so", "c_src/tiny.c"],
                       cwd=project, check=True)
    return project


def places_are_in_the_source(formats):
    project = crash_with_source(formats)
    run = sarif_of(formats, "story.json", cwd=project)
    assert [result["ruleId"] for result in run["results"]] == ["driver-crashed"]
    assert places(run)[0] == {"artifactLocation": {"uri": "c_src/tiny.c", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 6}}
    [(command, properties, _)] = workflow_commands(formats.report("github", "story.json", cwd=project))
    assert (command, properties["file"], properties["line"]) == ("error", "c_src/tiny.c", "6")
    elsewhere = sarif_of(formats, project / "story.json")  # the source lies outside of this folder: the scenario is named
    assert places(elsewhere)[0]["artifactLocation"]["uri"].endswith("/project/story.json")


def github_annotations(formats):
    text = formats.all()["github"].decode()
    commands = workflow_commands(text)
    scenarios = json.loads(formats.all()["json"])["scenarios"]
    unexpected = [f for s in scenarios for f in s["findings"] if not f["expected"]]
    others = sum(len(s["failures"]) + len(s.get("mistakes", [])) + ("death" in s and not s["death"]["expected"]) for s in scenarios)
    assert len(commands) == len(unexpected) + others and len(text.splitlines()) == len(commands) + 1
    for severity, level in (("error", None), ("warning", "warning"), ("note", "notice")):
        if level:
            assert sum(c[0] == level for c in commands) == sum(f["severity"] == severity for f in unexpected)
    for command, properties, message in commands:
        assert command in ("error", "warning", "notice") and message
        assert set(properties) <= {"file", "line", "title"} and (ROOT / properties["file"]).is_file()
        assert "line" not in properties or int(properties["line"]) > 0
    hostile = next(message for _, properties, message in commands if "hostile" in properties["file"])
    assert "# SKIP \\ %0A::error::x" in hostile, hostile


def github_job_summary(formats):
    summary = formats.folder / "summary.md"
    for times in (1, 2):
        done = formats.run_program("run", "--driver-path", formats.drivers, "--format", "github", *SCENARIOS, GITHUB_STEP_SUMMARY=str(summary))
        assert done.returncode == 4, done.stderr.decode()
        text = summary.read_text()
        assert text.count("### ddlltool: ") == times
    assert "<script" not in text and "<img" not in text and "${{" not in text and "**bold**" not in text
    assert "| failed | A call returns something else | returns" in text, text[:400]
    for line in text.splitlines():
        if line.startswith("|"):
            assert line.count("|") in (5, 6), line
    text_only = formats.folder / "none.md"
    formats.run_program("run", SCENARIOS[0], GITHUB_STEP_SUMMARY=str(text_only))
    assert not text_only.exists()
    lost = formats.run_program("run", "--format", "github", "tests/scenarios/demo/counter.json", GITHUB_STEP_SUMMARY="/no/such/folder/x")
    assert lost.returncode == 3 and b"named by GITHUB_STEP_SUMMARY" in lost.stderr


def term_is_read_by_erlang(formats):
    erl = needed("erl")
    program = (
        'ok = io:setopts([{encoding, unicode}]), case file:consult(os:getenv("REPORT")) of {ok, [{ddlltool_report, 1, #{summary := S, scenarios := L}}]} -> '
        'io:format("~w ~w ~w~n", [maps:get(passed, S), maps:get(failed, S), length(L)]), '
        '[io:format("~ts ~w~n", [T, V]) || #{title := T, verdict := V} <- L], '
        'true = lists:all(fun(#{steps := Steps}) -> lists:all(fun(#{state := A}) -> is_atom(A) end, Steps) end, L), '
        'Other -> io:format("~p~n", [Other]) end, halt().')
    program = program.replace("end, L), Other", "end, L); Other")
    done = subprocess.run([erl, "-noshell", "-noinput", "+pc", "unicode", "-eval", program], timeout=PATIENCE, capture_output=True, check=False,
                          env=formats.environment(REPORT=str(formats.all()["folder"] / "report.term")))
    doc = json.loads(formats.all()["json"])
    scenarios = doc["scenarios"]
    wanted = f"{doc['summary']['passed']} {doc['summary']['failed']} {len(scenarios)}\n"
    wanted += "".join(f"{s['title']} {s['verdict']}\n" for s in scenarios)
    assert done.stdout.decode() == wanted, done.stdout.decode()[:2000] + done.stderr.decode()


def trace_has_its_shape(formats):
    doc = json.loads(formats.all()["trace"])
    scenarios = json.loads(formats.all()["json"])["scenarios"]
    stacks, ends, last, starts, finishes, rows, slices = {}, {}, {}, {}, {}, {}, 0
    for event in doc["traceEvents"]:
        row, phase = (event["pid"], event["tid"]), event["ph"]
        if phase == "M":
            if event["name"] == "thread_name":
                rows[row] = event["args"]["name"]
            continue
        assert row in rows, event
        ts = event["ts"]
        assert isinstance(ts, int) and ts >= last.get(row, 0), event
        last[row] = ts
        stack = stacks.setdefault(row, [])
        while ends.get(row) and ends[row][-1] <= ts:
            ends[row].pop()
        if phase == "B":
            stack.append(event["name"])
        elif phase == "E":
            assert stack.pop() == event["name"], event
        elif phase == "X":
            slices += 1
            assert event["dur"] > 0
            # Complete slices of a row lie inside each other or apart.
            assert not ends.get(row) or ts + event["dur"] <= ends[row][-1], event
            ends.setdefault(row, []).append(ts + event["dur"])
        elif phase == "s":
            assert starts.setdefault(event["id"], event) is event
        elif phase == "f":
            assert event["bp"] == "e" and finishes.setdefault(event["id"], event) is event
        else:
            assert phase == "i" and event["s"] == "t", event
    assert not any(stacks.values()) and slices and starts.keys() == finishes.keys() and starts
    for number, start in starts.items():
        assert start["ts"] <= finishes[number]["ts"] and (start["pid"], start["tid"]) != (finishes[number]["pid"], finishes[number]["tid"])
    kinds = {name.split(" ")[0] for name in rows.values()}
    assert {"story", "process", "driver", "port", "library", "thread"} <= kinds, kinds
    ran = [s for s in scenarios if "mistakes" not in s]
    assert len({row[0] for row in last}) == len(ran)


def trace_shows_virtual_time(formats):
    events = json.loads(formats.report("trace", "tests/scenarios/api/timers.json"))["traceEvents"]
    times = [(event["args"]["time_ns"], event["ts"]) for event in events if "time_ns" in event.get("args", {})]
    assert max(times)[0] > 0
    for nanoseconds, microseconds in times:
        assert 0 <= microseconds - nanoseconds // 1000 < 2 * len(times)


def formats_are_listed(formats):
    help_text = formats.run_program("run", "--help").stdout.decode()
    page = (ROOT / "docs/report.md").read_text()
    for name in FORMATS:
        assert re.search(rf"^ *{name}: ", help_text, re.M) and f"\n## {name}\n" in page, name


CASES = [same_run_same_bytes, no_machine_in_it, json_fits_its_schema, junit_fits_its_schema, junit_names_are_unique,
         tap_says_what_json_says, tap_is_read_by_perl, sarif_fits, sarif_of_check_fits, check_and_inspect_in_every_format,
         junit_of_check_and_inspect_fits, term_of_check_and_inspect_is_read_by_erlang, sarif_fingerprints_stay_when_lines_move,
         places_are_in_the_source, github_annotations, github_job_summary, term_is_read_by_erlang, trace_has_its_shape,
         trace_shows_virtual_time, formats_are_listed]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--drivers", required=True)
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    passed = failed = 0
    missing = []
    browser = None
    with tempfile.TemporaryDirectory(prefix="ddlltool-formats-") as folder:
        formats = Formats(str(Path(options.program).resolve()), Path(options.drivers).resolve(), Path(folder).resolve())
        for case in CASES + html_cases.CASES:
            if options.filter not in case.__name__:
                continue
            try:
                if case in html_cases.CASES:
                    if browser is None:
                        if not chromium.program():
                            raise Missing("chromium")
                        browser = chromium.Browser()
                    case(formats, browser)
                else:
                    case(formats)
                passed += 1
            except Missing as tool:
                missing.append(f"{case.__name__} needs {tool}")
            except (AssertionError, ValueError, LookupError, OSError, RuntimeError, subprocess.SubprocessError) as e:
                failed += 1
                print(f"FAILED {case.__name__}\n{type(e).__name__}: {e}\n")
        if browser:
            browser.close()
    for what in missing:
        print(f"SKIPPED {what}, which is not installed")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 77 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
