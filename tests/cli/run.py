#!/usr/bin/env python3
"""Runs the ddlltool executable as a user does and compares what it prints, and its exit code, with golden files.

A case is a row of CASES below, a file of tests/scenarios/failing (its whole report) or a file of tests/cli/bad (its
mistakes). Each has one golden file in tests/cli/golden: the command, the exit code, stdout and stderr. What differs from
one build to the next (code offsets, build-ids, the program's own stack frames) is masked first.

usage: tests/cli/run.py --program BUILD/ddlltool [--rebase] [--filter TEXT] [--sanitized] [-j N]
       --rebase     writes the golden files anew; a person then reads the difference
       --sanitized  the program has sanitizers in it: cases about memory and signals are left out
The last line is "N passed, N failed".
"""
import argparse
import concurrent.futures
import difflib
import functools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import help_pages

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GOLDEN = HERE / "golden"
PATIENCE = 600  # seconds of real time until a case counts as stuck: nothing that passes comes near, on any machine

DEMO = "tests/scenarios/demo"
FAILING = "tests/scenarios/failing"
# A driver of 3 KB that needs no library, with half a dozen hazards in it: the same bytes on every machine.
TINY = "tests/fuzz/corpus/elf_facts/good-driver"

MUSEUM = "BUILD/drivers/museum"

# name: arguments, exit code. Run in the project's folder; BUILD/ is where the program lies.
CASES = {
    "help": (["--help"], 0),
    "help_run": (["run", "--help"], 0),
    "no_arguments": ([], 2),
    "unknown_command": (["rnu"], 2),
    "unknown_global_option": (["--verison"], 2),
    "unknown_option": (["run", "--fliter", "x", f"{DEMO}/counter.json"], 2),
    "no_files": (["run"], 2),
    "bad_format": (["run", "--format", "jsn", f"{DEMO}/counter.json"], 2),
    "two_reports_to_stdout": (["run", "--format", "text,json", f"{DEMO}/counter.json"], 2),
    "bad_duration": (["run", "--timeout", "5", f"{DEMO}/counter.json"], 2),
    "bad_severity": (["run", "--fail-on", "eror", f"{DEMO}/counter.json"], 2),
    "contradicting_details": (["run", "-v", "-q", f"{DEMO}/counter.json"], 2),
    "verify_without_erl": (["verify", "--erl", "/no/such/erl", f"{DEMO}/counter.json"], 77),
    "verify_with_what_is_no_erl": (["verify", "--erl", "/bin/true", f"{DEMO}/counter.json"], 1),
    "verify_without_files": (["verify"], 2),
    "inspect_without_files": (["inspect"], 2),
    "inspect_bad_format": (["inspect", "--format", "jsno", TINY], 2),
    "inspect_format_without_file": (["inspect", "--format", "json=", TINY], 2),
    "inspect_unknown_option": (["inspect", "--libary-path", "x", TINY], 2),
    "inspect_what_is_no_driver": (["inspect", "README.md", "no/such/file.so"], 3),
    "inspect_damaged": (["inspect", "tests/fuzz/corpus/elf_facts/cut-700"], 3),
    "inspect_tiny": (["inspect", TINY], 1),
    "inspect_tiny_in_colour": (["inspect", "--color", "always", "--fail-on", "never", TINY], 0),
    "inspect_tiny_json": (["inspect", "--format", "json", TINY], 1),
    "inspect_release": (["inspect", "--otp", "29", "--fail-on", "never", TINY], 0),
    "run_other_release": (["run", "-q", "--otp", "28", "tests/scenarios/releases/start_stop.removed.json"], 77),
    "run_unknown_release": (["run", "--otp", "24", "tests/scenarios/demo/counter.json"], 2),
    "check_releases": (["check", "--strictness", "1", "--call", "13,a", "--otp", "28,25", "BUILD/drivers/call_conventions.so"], 1),
    "check_releases_json": (["check", "--strictness", "1", "--call", "13,a", "--otp", "25,28", "--format", "json",
                             "BUILD/drivers/call_conventions.so"], 1),
    "check_releases_junit": (["check", "--strictness", "1", "--control", "1,x", "--otp", "25,28", "--format", "junit",
                              "BUILD/drivers/misuse/large_map.so"], 1),
    "check_without_file": (["check"], 2),
    "check_bad_format": (["check", "--format", "xml", TINY], 2),
    "check_bad_strictness": (["check", "--strictness", "11", TINY], 2),
    "check_what_is_no_driver": (["check", "README.md"], 3),
    "check_against_what_is_not_there": (["check", "BUILD/drivers/counter_v1.so", "--against", "no/such/file.so"], 3),
    "check_clean": (["check", "BUILD/drivers/counter_v2.so", "--against", "BUILD/drivers/counter_v1.so", "--name", "counter"], 0),
    "check_leak": (["check", f"{MUSEUM}/fd-leak/found/exhibit.so"], 1),
    "check_leak_in_colour": (["check", "--color", "always", "--strictness", "1", f"{MUSEUM}/fd-leak/found/exhibit.so"], 1),
    "check_leak_accepted": (["check", "--strictness", "1", "--suppressions", "tests/cli/suppressions/accepted.json",
                             f"{MUSEUM}/fd-leak/found/exhibit.so"], 0),
    "check_bad_suppressions": (["check", "--suppressions", "tests/cli/suppressions/mistakes.json", f"{MUSEUM}/fd-leak/found/exhibit.so"], 3),
    "check_callback_removed": (["check", f"{MUSEUM}/callback-removed/found/exhibit.so", "--against",
                                f"{MUSEUM}/callback-removed/old/exhibit.so"], 1),
    "check_that_fails_to_load": (["check", f"{MUSEUM}/driver-init-failed/found/exhibit.so"], 1),
    "check_crash": (["check", "--strictness", "1", "--name", "crash_in", "BUILD/drivers/crash_in_init.so"], 4),
    "check_workload": (["check", f"{MUSEUM}/well-behaved/new/exhibit.so", "--against", f"{MUSEUM}/well-behaved/old/exhibit.so",
                        "--strictness", "1", "--workload", "drivers/museum/loader-process-exits/workload.json"], 0),
    "check_workload_of_both": (["check", f"{MUSEUM}/well-behaved/new/exhibit.so", "--against", f"{MUSEUM}/well-behaved/old/exhibit.so",
                                "--strictness", "1", "--workload", "tests/cli/workloads/use.json"], 0),
    "check_workload_failed": (["check", f"{MUSEUM}/well-behaved/new/exhibit.so", "--strictness", "1",
                               "--workload", "tests/cli/workloads/wrong.json"], 1),
    "check_without_port": (["check", "BUILD/drivers/stream.so", "--strictness", "1"], 1),
    "check_without_port_allowed": (["check", "--allow-unknown", "BUILD/drivers/stream.so", "--strictness", "1"], 0),
    "check_with_open": (["check", "BUILD/drivers/stream.so", "--open", "stream write /dev/null", "--command", "x", "--strictness", "1"], 0),
    "check_invented_data": (["check", "BUILD/drivers/trusting.so", "--strictness", "1"], 1),
    "check_own_data": (["check", "BUILD/drivers/trusting.so", "--control", '1,<<0:64, "x">>', "--strictness", "1"], 0),
    "check_bad_number": (["check", "BUILD/drivers/trusting.so", "--control", "one,x"], 2),
    "check_bad_binary": (["check", "BUILD/drivers/trusting.so", "--command", "<<1:"], 2),
    "check_json": (["check", "--format", "json", "--strictness", "1", f"{MUSEUM}/fd-leak/found/exhibit.so"], 1),
    "explain": (["explain"], 0),
    "explain_rule": (["explain", "dso-pinned-unique-symbol"], 0),
    "explain_rule_without_example": (["explain", "queue-overdrawn"], 0),
    "explain_error": (["explain", "{error,pending_process}"], 0),
    "explain_open_error": (["explain", "{error,{open_error,-10}}"], 0),
    "explain_word": (["explain", "load_failure"], 0),
    "explain_unknown": (["explain", "fd-lek"], 2),
    "export_without_kind": (["export", f"{DEMO}/counter.json", "--into", "no/such/folder"], 2),
    "export_without_folder": (["export", "--ct", f"{DEMO}/counter.json"], 2),
    "export_bad_name": (["export", "--ct", DEMO, "--into", "no/such/folder", "--name", "No"], 2),
    "export_unusable": (["export", "--ct", "tests/cli/bad/syntax-comma.json", "no/such/story.json", "--into", "no/such/folder"], 3),
    "schema_unknown": (["schema", "reprot"], 2),
    "schema_too_many": (["schema", "report", "x"], 2),
    "init_bad_name": (["init", "no/such/Counter-Driver"], 2),
    "init_taken_name": (["init", "no/such/folder", "--name", "tcp_inet"], 2),
    "init_unknown_option": (["init", "--nmae", "x"], 2),
    "help_of_an_unknown_command": (["help", "rnu"], 2),
    "man_of_why": (["man", "why"], 0),
    "man_of_a_command_with_verbs": (["man", "report"], 0),
    "man_list": (["man", "--list"], 0),
    "man_unknown": (["man", "session", "strat"], 2),
    "completions_unknown_shell": (["completions", "fsh"], 2),
    "completions_of_words": (["completions", "words", "--", "run", "--format", "text,j"], 0),
    "verb_as_command": (["merge", "part.json"], 2),
    "unknown_verb": (["report", "mrege"], 2),
    "missing_verb": (["report"], 2),
    "merge_without_files": (["report", "merge"], 2),
    "merge_bad_format": (["report", "merge", "--format", "xml", "part.json"], 2),
    "merge_no_report": (["report", "merge", "CMakePresets.json"], 3),
    "bad_shard": (["run", "--shard", "2", DEMO], 2),
    "bad_shard_number": (["run", "--shard", "0/3", DEMO], 2),
    "bad_shard_index": (["run", "--shard", "4/3", DEMO], 2),
    "watch_and_list": (["run", "--watch", "--list", DEMO], 2),
    "unknown_short_option": (["run", "-Q", f"{DEMO}/counter.json"], 2),
    "missing_value": (["run", "--jobs"], 2),
    "meant_story": (["run", f"{DEMO}/cuonter.json"], 3),
    "meant_story_to_verify": (["verify", "--erl", "/bin/true", f"{DEMO}/cuonter.json"], 3),
    "meant_driver_to_check": (["check", "BUILD/drivers/conter_v1.so"], 3),
    "meant_driver_before": (["check", "BUILD/drivers/counter_v2.so", "--against", "BUILD/drivers/conter_v1.so"], 3),
    "meant_driver_to_inspect": (["inspect", "BUILD/drivers/conter_v1.so"], 3),
    "meant_workload": (["check", "BUILD/drivers/counter_v1.so", "--workload", f"{DEMO}/cuonter.json"], 3),
    "meant_suppressions": (["check", "BUILD/drivers/counter_v1.so", "--suppressions", "tests/cli/suppressions/acepted.json"], 3),
    "verify_unknown_option": (["verify", "--formt", "json", DEMO], 2),
    "verify_bad_format": (["verify", "--format", "jsn", DEMO], 2),
    "session_unknown_option": (["status", "--sesion", "x"], 2),
    "session_bad_format": (["status", "--format", "jsn"], 2),
    "check_bad_severity": (["check", "--fail-on", "eror", TINY], 2),
    "missing_file": (["run", "no/such/story.json"], 3),
    "no_scenarios_there": (["run", "tests/support"], 77),
    "filter_leaves_nothing": (["run", "--filter", "no story has this", DEMO], 77),
    "report_file_cannot_be_written": (["run", "--format", "json=/no/such/folder/x.json", f"{DEMO}/counter.json"], 3),
    "list": (["run", "--list", DEMO], 0),
    "list_calls": (["run", "--list-calls"], 0),
    "list_rules": (["run", "--list-rules"], 0),
    "story": (["run", f"{DEMO}/counter.json"], 0),
    "story_verbose": (["run", "--verbose", f"{DEMO}/counter.json"], 0),
    "story_in_colour": (["run", "--color", "always", f"{DEMO}/counter.json"], 0),
    "cleared_away": (["run", "--verbose", "tests/scenarios/api/cleared_away.json"], 0),
    "fatal_error_of_a_lock": (["run", "--story", "tests/scenarios/conformance/null_mutex.json"], 0),
    "finding": (["run", f"{DEMO}/pinned.json"], 1),
    "finding_that_may_be": (["run", "--quiet", "--fail-on", "never", f"{DEMO}/pinned.json"], 0),
    "many": (["run", f"{DEMO}/counter.json", f"{DEMO}/pinned.json", f"{FAILING}/returns.json", "no/such/story.json"], 3),
    "many_quiet": (["run", "--quiet", "-j4", DEMO, f"{FAILING}/returns.json"], 1),
    "many_with_a_crash": (["run", "--quiet", f"{FAILING}/crash.json", f"{FAILING}/returns.json", "no/such/story.json"], 4),
    "junit": (["run", "--format", "junit", f"{DEMO}/counter.json", f"{FAILING}/returns.json"], 1),
    "json": (["run", "--format", "json", f"{FAILING}/returns.json"], 1),
    "tap": (["run", "--format", "tap", f"{DEMO}/counter.json", f"{FAILING}/returns.json", "no/such/story.json"], 3),
    "github": (["run", "--format", "github", DEMO, f"{FAILING}/several.json", "no/such/story.json"], 3),
    "term": (["run", "--format", "term", f"{FAILING}/returns.json"], 1),
}

# What a file of tests/scenarios/failing ends with when it is not 1.
FAILING_EXIT = {"crash": 4, "other_crash": 4, "hang": 5}
NOT_SANITIZED = {"fatal_error_of_a_lock", "failing/crash", "failing/other_crash", "many_with_a_crash", "failing/hang",
                 "check_crash", "check_leak"}

MASKS = [
    # How deep a stack is, and in which clone of a function it ends, is the compiler's choice: the innermost place stays.
    (re.compile(r"^ +#\d+ +(?:libc|libm|libstdc\+\+|libgcc_s|ld-linux)[^ ]*\+0x.*\n", re.M), ""),
    (re.compile(r"^ +#[1-9]\d* +.*\n", re.M), ""),
    (re.compile(r"^( +#0 +\S+\.so)\+0x[0-9a-f]+.*\((\S+):(\d+)\)$", re.M), r"\1+0x... (\2:\3)"),
    (re.compile(r"hang\.c:11-2[89]"), "hang.c:11-29"),  # the closing brace has code of its own, or not
    (re.compile(r" \[clone [^]]*\]"), ""),
    (re.compile(r"build-id [0-9a-f]+"), "build-id ..."),
]


def masked(text):
    for pattern, replacement in MASKS:
        text = pattern.sub(replacement, text)
    return text


def environment():
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "CI_NODE_INDEX", "CI_NODE_TOTAL") and not k.startswith(("GTEST_", "TEST_"))}
    env.update(LC_ALL="C.UTF-8", TERM="dumb")
    # A sanitizer must not take the signals that ddlltool reports itself.
    env.setdefault("ASAN_OPTIONS", "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:detect_leaks=0")
    return env


def run_program(program, arguments):
    arguments = [re.sub("^BUILD(?=/)", str(Path(program).parent), argument) for argument in arguments]
    return subprocess.run([program, *arguments], cwd=ROOT, env=environment(), stdin=subprocess.DEVNULL, capture_output=True,
                          timeout=PATIENCE, check=False)


def transcript(program, arguments, done):
    out = f"$ ddlltool {' '.join(arguments)}\n".replace("$ ddlltool \n", "$ ddlltool\n") + f"exit code {done.returncode}\n"
    for name, stream in (("stdout", done.stdout), ("stderr", done.stderr)):
        text = masked(stream.decode("utf-8", "backslashreplace")).replace(str(Path(program).parent), "BUILD")
        if text:
            out += f"--- {name}\n{text}"
            out += "" if text.endswith("\n") else "\n(no line end)\n"
    return out


def golden_case(program, name, arguments, expected_exit, rebase):
    """None, or what is wrong."""
    done = run_program(program, arguments)
    got = transcript(program, arguments, done)
    if done.returncode != expected_exit:
        return f"exit code {done.returncode} instead of {expected_exit}\n{got}"
    path = GOLDEN / f"{name}.txt"
    if rebase:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(got, encoding="utf-8")
        return None
    if not path.exists():
        return f"{path.relative_to(ROOT)} does not exist: scripts/test --rebase writes it"
    expected = path.read_text(encoding="utf-8")
    if got == expected:
        return None
    lines = difflib.unified_diff(expected.splitlines(), got.splitlines(), "golden", "now", lineterm="")
    return "\n".join(lines)


# --- cases that are no comparison of text ----------------------------------------------------------------------------


def same_bytes_twice(program):
    for file in (f"{DEMO}/counter.json", f"{DEMO}/pinned.json", f"{FAILING}/returns.json"):
        runs = [run_program(program, ["run", "--format", "json", "--events", file]).stdout for _ in range(2)]
        assert runs[0] == runs[1] and runs[0], f"two runs of {file} differ"


def order_of_results_does_not_depend_on_jobs(program):
    runs = [run_program(program, ["run", "-j", jobs, DEMO, FAILING]).stdout for jobs in ("1", "8")]
    assert runs[0], "nothing was printed"
    apart = "\n".join(difflib.unified_diff(*(run.decode().splitlines() for run in runs), "-j 1", "-j 8", lineterm="", n=1))
    assert runs[0] == runs[1], apart


def json_is_json_and_complete(program):
    doc = json.loads(run_program(program, ["run", "--format", "json", "--events", DEMO, f"{FAILING}/returns.json"]).stdout)
    assert doc["ddlltool"]["report"] == 1, doc["ddlltool"]
    verdicts = [s["verdict"] for s in doc["scenarios"]]
    assert verdicts == ["passed", "failed", "failed"], verdicts
    for scenario in doc["scenarios"]:
        assert scenario["steps"] and scenario["events"], scenario["file"]
        assert [e["seq"] for e in scenario["events"]] == list(range(1, len(scenario["events"]) + 1)), scenario["file"]
        for step in scenario["steps"]:
            assert step["state"] in ("done", "failed", "died", "not_reached"), step
            assert step["place"]["line"] > 0, step


def junit_is_xml(program):
    root = ElementTree.fromstring(run_program(program, ["run", "--format", "junit", DEMO, FAILING]).stdout)
    suite = root.find("testsuite")
    assert len(suite.findall("testcase")) == int(suite.get("tests"))
    assert len(suite.findall("testcase/failure")) == int(suite.get("failures")) > 0
    assert len(suite.findall("testcase/error")) == int(suite.get("errors")) > 0


def several_reports_at_once(program):
    with tempfile.TemporaryDirectory() as folder:
        done = run_program(program, ["run", "--format", f"text,json={folder}/r.json", "--format", f"junit={folder}/r.xml", f"{DEMO}/counter.json"])
        assert done.returncode == 0, done
        assert done.stdout.endswith(b"1 passed, 0 failed\n"), done.stdout
        json.loads(Path(folder, "r.json").read_text(encoding="utf-8"))
        ElementTree.parse(Path(folder, "r.xml"))


def schema_is_json(program):
    schema = json.loads(run_program(program, ["schema"]).stdout)
    assert schema["type"] == "object" and "steps" in schema["properties"], schema.keys()
    assert run_program(program, ["schema", "scenario"]).stdout == run_program(program, ["schema"]).stdout
    schema = json.loads(run_program(program, ["schema", "report"]).stdout)
    assert schema["type"] == "object" and "scenarios" in schema["properties"], schema.keys()


def version_names_what_it_was_built_from(program):
    text = run_program(program, ["--version"]).stdout.decode()
    assert re.fullmatch(r"ddlltool \d+\.\d+\.\d+\ndriver interface \d+\.\d+ \(erl_driver\.h of Erlang/OTP \d\S*\)\n"
                        r"built by (g\+\+|clang) \d+\.\d+\.\d+\n", text), text


def a_full_disk_is_no_success(program):
    with open("/dev/full", "wb") as full:
        done = subprocess.run([program, "run", f"{DEMO}/counter.json"], cwd=ROOT, env=environment(), stdout=full,
                              stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
    assert done.returncode == 3, done
    assert b"cannot be written" in done.stderr, done.stderr


def ctrl_c_still_ends_with_the_summary(program):
    # The child must be there before the interrupt, or it would only show that a program can be killed early.
    process = subprocess.Popen([program, "run", "--timeout", "10min", "-j1", f"{FAILING}/hang.json", f"{DEMO}/counter.json"], cwd=ROOT,
                               env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text(encoding="ascii").strip():
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    stdout, _ = process.communicate(timeout=PATIENCE)
    assert stdout.decode().rstrip().endswith("(interrupted)"), stdout
    assert process.returncode == 1, process.returncode


def inspect(program, *arguments):
    done = run_program(program, ["inspect", "--format", "json", *arguments])
    return done, json.loads(done.stdout)


def inspect_reads_drivers_without_running_them(program):
    drivers = Path(program).parent / "drivers"
    done, doc = inspect(program, str(drivers / "counter_v1.so"), str(drivers / "crash_in_constructor.so"))
    assert done.returncode == 0, done
    counter, crash = doc["files"]
    assert counter["driver"]["name"] == "counter_v1" and counter["driver"]["driver_init"]["source"].endswith("drivers/counter.c")
    entry = counter["driver"]["entries"][0]
    assert entry["driver_name"] == "counter" and entry["version"] == [3, 3] and "control" in entry["callbacks"], entry
    assert {i["family"] for i in counter["imports"] if i["provider"] == "driver API"} == {"attributes", "memory"}, counter["imports"]
    assert not counter["findings"] and {f["severity"] for f in crash["findings"]} == {"note"}, crash["findings"]
    assert any(i["provider"] == "C library" and i["library"] == "libc.so.6" for i in counter["imports"])


def inspect_judges_versions_together(program):
    drivers = Path(program).parent / "drivers"
    pinned = [str(drivers / f"pinned_v{n}.so") for n in (1, 2)]
    done, doc = inspect(program, *pinned)
    assert done.returncode == 1 and [f["rule"] for f in doc["shared"]] == ["unique-symbol-state-shared"], doc["shared"]
    assert done.stderr == b"0 errors, 3 warnings, 0 notes\n", done.stderr
    done, doc = inspect(program, "--fail-on", "error", pinned[0])
    assert done.returncode == 0 and not doc["shared"], doc


def inspect_writes_files(program):
    with tempfile.TemporaryDirectory() as folder:
        done = run_program(program, ["inspect", f"--format=json={folder}/facts.json", TINY])
        assert done.returncode == 1 and not done.stdout, done
        assert json.loads(Path(folder, "facts.json").read_text(encoding="utf-8"))["inspect"] == 1
        done = run_program(program, ["inspect", f"--format=text={folder}/no/such/folder", TINY])
        assert done.returncode == 3 and b"cannot be written" in done.stderr, done


def not_looked_at(program, driver, limit):
    done = run_program(program, ["check", driver, "--format", "json", "--timeout", limit, "--for", "20min"])
    report = json.loads(done.stdout)
    assert "many-ports" not in [one["id"] for one in report["stories"]], report["stories"]
    assert "hung" not in [one["ended"] for one in report["stories"]] and done.returncode in (0, 1), done
    return [text for text in report["not_looked_at"] if "40 ports" in text]


def check_does_not_take_many_ports_for_a_driver_that_hangs(program):
    # After 20 ports this one sleeps until time is up; until then it needs next to none.
    left = not_looked_at(program, "BUILD/drivers/stuck_after_many_ports.so", "8s")
    assert len(left) == 1 and "--timeout" in left[0], left


def check_waits_for_a_job_that_takes_long(program):
    # Two seconds of real time each: too long for all runs, and no hang.
    done = run_program(program, ["check", "BUILD/drivers/slow_job.so", "--format", "json", "--for", "1ms"])
    report = json.loads(done.stdout)
    assert report["verdict"] == "SAFE" and done.returncode == 0, report
    assert [one["ended"] for one in report["stories"]] == ["passed"] * 3, report["stories"]
    left = [text for text in report["not_looked_at"] if text.endswith("left out when its time was over (--for)")]
    assert len(left) == 13, report["not_looked_at"]


def check_says_unknown_where_the_machine_refuses(program):
    # A file system with no room, and one that nothing may be executed on: neither is a fault of the driver, or a pass.
    driver = Path(program).resolve().parent / "drivers/counter_v1.so"
    size = driver.stat().st_size
    for options, said in ((f"size={size // 2}", "No space left on device"), (f"size={size * 3 // 2}", "No space left on device"),
                          ("noexec", "failed to map segment")):
        with tempfile.TemporaryDirectory() as folder:
            under = ["unshare", "-rm", "sh", "-c", f"mount -t tmpfs -o {options},mode=1777 tmpfs {folder} && exec \"$@\"", "sh"]
            if subprocess.run([*under, "true"], capture_output=True, check=False).returncode:
                print(f"left out {options}: mounting is not allowed here")
                continue
            command = [*under, program, "check", str(driver), "--name", "counter", "--format", "json"]
            done = subprocess.run(command, env=dict(environment(), TMPDIR=folder), capture_output=True, check=False)
            report = json.loads(done.stdout)
            assert report["verdict"] == "UNKNOWN" and done.returncode == 3 and said in report["reason"], (done, report)


def check_is_whole_whenever_it_is_interrupted(program):
    # The signal comes at a call that is counted, so at the same moment on every machine: before main, while files are
    # read, between runs, in one, while reports are written, at the end. What is said is then one of two: UNKNOWN, or what
    # it says undisturbed. A signal that is pending when the program begins comes as early as any can.
    drivers = Path(program).resolve().parent / "drivers"
    with tempfile.TemporaryDirectory() as folder:
        reports = {name: Path(folder, f"report.{name}") for name in ("json", "junit", "sarif", "tap")}
        command = [program, "check", str(drivers / "counter_v2.so"), "--against", str(drivers / "counter_v1.so"), "--name", "counter",
                   "--strictness", "1", "-j1", "--format", ",".join(f"{name}={path}" for name, path in reports.items())]

        def verdict_of(number, at):
            ElementTree.parse(reports["junit"])
            assert json.loads(reports["sarif"].read_text(encoding="utf-8"))["version"] == "2.1.0", (number, at)
            assert reports["tap"].read_text(encoding="utf-8").startswith("TAP version 14\n"), (number, at)
            return json.loads(reports["json"].read_text(encoding="utf-8"))["verdict"]

        def run(number, at, count=""):
            preload = dict(environment(), LD_PRELOAD=str(Path(program).resolve().parent / "tests/raise_at.so"),
                           RAISE_SIGNAL=str(int(number)), RAISE_AT=str(at), RAISE_COUNT=count)
            done = subprocess.run(command, cwd=ROOT, env=preload, capture_output=True, timeout=PATIENCE, check=False)
            return done, verdict_of(number, at)

        def pending(number):
            def before():
                signal.pthread_sigmask(signal.SIG_BLOCK, [number])
                os.kill(os.getpid(), number)
            for report in reports.values():
                report.unlink(missing_ok=True)
            return subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, preexec_fn=before, timeout=PATIENCE, check=False)

        done, usual = run(signal.SIGTERM, 0, f"{folder}/count")
        calls = int(Path(folder, "count").read_text(encoding="ascii"))
        assert usual != "UNKNOWN" and calls > 100, (usual, calls, done)
        numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGXCPU, signal.SIGALRM)
        moments = [1, 2, 3, 5, 9, 17, 33] + [calls * n // 12 for n in range(1, 12)] + [calls - n for n in (6, 3, 1, 0)]
        seen = set()
        for i, moment in enumerate(moments):
            ended, verdict = run(number := numbers[i % len(numbers)], moment)
            seen.add(verdict)
            expected = {"UNKNOWN": 1, usual: done.returncode}
            assert expected.get(verdict) == ended.returncode, (number, moment, verdict, ended)
            assert verdict == usual or b"interrupted" in ended.stderr, (number, moment, ended)
        assert "UNKNOWN" in seen, calls
        for number in numbers:
            ended = pending(number)
            assert ended.returncode == 1 and verdict_of(number, 0) == "UNKNOWN" and b"interrupted" in ended.stderr, (number, ended)


def check_compares_two_files(program):
    drivers = Path(program).resolve().parent / "drivers"
    museum = Path(program).resolve().parent / "drivers/museum"

    def compared(newer, older, *more):
        done = run_program(program, ["check", str(newer), "--against", str(older), "--format", "json", *more])
        return done, json.loads(done.stdout)

    def rules(findings):
        return [f["rule"] for f in findings]

    leak, crash = museum / "fd-leak", museum / "exception-through-callback"
    calls = ("--control", "1,x")
    # What only the older one has is fixed, and speaks against nothing.
    done, report = compared(leak / "fixed/exhibit.so", leak / "found/exhibit.so", *calls)
    assert report["verdict"] == "SAFE" and done.returncode == 0, report["reasons"]
    assert "fd-leak" in rules(report["comparison"]["fixed"]) and "fd-leak" not in rules(report["findings"]), report["comparison"]
    done, report = compared(leak / "found/exhibit.so", leak / "fixed/exhibit.so", *calls)
    assert "fd-leak" in report["comparison"]["new"] and report["verdict"] == "SAFE-IF", report["comparison"]
    done, report = compared(leak / "found/exhibit.so", leak / "found/exhibit.so", *calls)
    assert report["comparison"]["still_there"].count("fd-leak") == 1 and not report["comparison"]["new"], report["comparison"]
    # A crash in the use of the older one is over when it is replaced.
    done, report = compared(crash / "fixed/exhibit.so", crash / "found/exhibit.so", *calls)
    assert report["verdict"] == "SAFE" and "driver-crashed" in rules(report["comparison"]["fixed"]), (report["reasons"], report["comparison"])
    done, report = compared(crash / "found/exhibit.so", crash / "fixed/exhibit.so", *calls)
    assert report["verdict"] == "UNSAFE" and done.returncode == 4 and "driver-crashed" in report["comparison"]["new"], report["reasons"]
    # A pin of the older one keeps its code: its own fault, and the replacement's end.
    pinned = museum / "dso-nodelete-flag"
    done, report = compared(pinned / "fixed/exhibit.so", pinned / "found/exhibit.so", *calls)
    kept = [f for f in report["findings"] if f["rule"] == "reload-kept-old-code"]
    assert report["verdict"] == "UNSAFE" and done.returncode == 1 and [f["of"] for f in kept] == ["older"], report["findings"]
    # One that no emulator loads is no fault of the newer one.
    done, report = compared(drivers / "counter_v1.so", drivers / "missing_symbol.so", "--name", "counter", "--control", "1,x")
    assert report["verdict"] == "UNKNOWN" and done.returncode == 1 and "the older file cannot be loaded" in report["reason"], report
    assert not [f for f in report["findings"] if f["severity"] == "error"], report["findings"]


def check_and_inspect_know_a_nif_library(program):
    nif = str(Path(program).resolve().parent / "drivers/museum/nif-library/found/exhibit.so")
    done = run_program(program, ["check", nif, "--format", "json"])
    report = json.loads(done.stdout)
    rules = [f["rule"] for f in report["findings"] if f["severity"] != "note"]
    assert report["verdict"] == "UNSAFE" and done.returncode == 1 and rules == ["nif-library"], report
    assert any("no_driver_init" in reason["text"] for reason in report["reasons"]), report["reasons"]
    done = run_program(program, ["inspect", nif])
    assert done.returncode == 1 and b"\nNIF library\n" in done.stdout and b"driver-init-missing" not in done.stdout, done.stdout


def inspect_shows_the_differences_of_two_files(program):
    museum = Path(program).resolve().parent / "drivers/museum/nif-library"
    done, doc = inspect(program, str(museum / "old/exhibit.so"), str(museum / "found/exhibit.so"))
    difference = doc["difference"]
    assert {"what": "kind", "before": "driver", "after": "NIF library"} in difference["changed"], difference
    assert [f["rule"] for f in difference["new"]] == ["nif-library"] and done.returncode == 1, difference
    exports = next(n for n in difference["names"] if n["kind"] == "exports")
    assert exports == {"kind": "exports", "added": ["nif_init"], "removed": ["driver_init"]}, exports


def check_asks_nothing_more_of_a_driver_that_is_slow(program):
    # Enough time for any machine: that its callbacks take 200 ms of the processor is what keeps it from 40 ports.
    left = not_looked_at(program, f"{MUSEUM}/callback-stalls-scheduler/found/exhibit.so", "10min")
    assert len(left) == 1 and "take too long" in left[0], left


def inspect_looks_where_the_node_would(program):
    with tempfile.TemporaryDirectory() as folder:
        node = dict(environment(), LD_LIBRARY_PATH=folder)
        library = Path(folder, "libneeded_by_test.so")
        source = Path(folder, "x.c")
        compiler = os.environ.get("CC", "cc")
        source.write_text("int needed_by_test(void) { return 1; }\n", encoding="ascii")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
        source.write_text("extern int needed_by_test(void); int driver_init(void) { return needed_by_test(); }\n", encoding="ascii")
        driver = Path(folder, "needs.so")
        subprocess.run([compiler, "-shared", "-fPIC", "-o", driver, source, library, "-Wl,-soname,needs.so"], check=True, cwd="/")
        # As linked, the driver names the library by its path.
        done = subprocess.run([program, "inspect", "--format", "json", str(driver)], env=node, capture_output=True, check=False)
        assert done.returncode == 0, done
        subprocess.run([compiler, "-shared", "-fPIC", "-o", driver, source, f"-L{folder}", "-lneeded_by_test"], check=True)
        done = subprocess.run([program, "inspect", "--format", "json", str(driver)], env=node, capture_output=True, check=False)
        rules = [f["rule"] for f in json.loads(done.stdout)["files"][0]["findings"]]
        assert rules == ["missing-dependency", "missing-symbol"], rules  # this shell's LD_LIBRARY_PATH is not the node's
        done, doc = inspect(program, "--library-path", f"/no/such/folder:{folder}", str(driver))
        assert done.returncode == 0, done
        found = [item for item in doc["files"][0]["libraries"] if item["name"] == "libneeded_by_test.so"]
        assert found[0]["path"] == str(library) and found[0]["found_by"] == "library path", found


def init_writes_and_never_overwrites(program):
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder, "counter")
        done = run_program(program, ["init", str(project)])
        assert done.returncode == 0, done
        files = sorted(str(p.relative_to(project)) for p in project.rglob("*") if p.is_file())
        assert files == [".github/workflows/reload-check.yml", "CMakeLists.txt", "Makefile", "c_src/counter.c", "stories/reload.json",
                         "stories/use.json"], files
        for file in files:
            assert file in done.stdout.decode(), file
            text = (project / file).read_text(encoding="utf-8")
            assert "@name@" not in text and "counter" in text, file
        (project / "Makefile").write_text("mine", encoding="utf-8")
        (project / "CMakeLists.txt").unlink()
        done = run_program(program, ["init", str(project)])
        assert done.returncode == 3 and b"Makefile: exists" in done.stderr and not done.stdout, done
        assert not (project / "CMakeLists.txt").exists() and (project / "Makefile").read_text(encoding="utf-8") == "mine"
        Path(folder, "file").touch()
        done = run_program(program, ["init", str(Path(folder, "file")), "--name", "x"])
        assert done.returncode == 3 and b"file" in done.stderr, done


def export_writes_a_suite_and_leaves_other_files_alone(program):
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder, "test")
        scenarios = [f"{DEMO}/counter.json", "tests/scenarios/lifecycle/r34.json"]
        for _ in range(2):  # made anew, too
            done = run_program(program, ["export", "--ct", *scenarios, "--into", str(into)])
            assert done.returncode == 0 and b"2 cases, 1 of them skipped" in done.stdout, done
        files = sorted(str(p.relative_to(into)) for p in into.rglob("*") if p.is_file())
        assert files == ["counter_SUITE.erl", "counter_SUITE_data/counter/v1.so", "counter_SUITE_data/counter/v2.so",
                         "ddlltool_match.erl", "ddlltool_player.erl", "ddlltool_story.erl"], files
        suite = (into / "counter_SUITE.erl").read_text(encoding="utf-8")
        assert "-module(counter_SUITE)." in suite and "r34(_Config) ->" in suite and "{skip, " in suite, suite
        done = run_program(program, ["export", "--eunit", *scenarios, "--into", str(into), "--name", "mine"])
        assert done.returncode == 0 and (into / "mine_tests.erl").is_file() and (into / "mine_tests_data/counter/v1.so").is_file(), done
        (into / "counter_SUITE.erl").write_text("%% mine\n", encoding="utf-8")
        (into / "ddlltool_story.erl").unlink()
        done = run_program(program, ["export", "--ct", *scenarios, "--into", str(into)])
        assert done.returncode == 3 and b"counter_SUITE.erl: exists" in done.stderr and not (into / "ddlltool_story.erl").exists(), done


@functools.lru_cache
def help_of(program):
    return help_pages.Help(lambda words: run_program(program, words))


def of_help(check):
    """A check of the --help pages as one of a program."""
    def case(program):
        check(help_of(program))
    case.__name__ = f"help_{check.__name__}"
    return case


CHECKS = [*map(of_help, help_pages.CHECKS),
          export_writes_a_suite_and_leaves_other_files_alone, init_writes_and_never_overwrites, same_bytes_twice, order_of_results_does_not_depend_on_jobs, json_is_json_and_complete, junit_is_xml, several_reports_at_once,
          schema_is_json, version_names_what_it_was_built_from, a_full_disk_is_no_success, ctrl_c_still_ends_with_the_summary,
          inspect_reads_drivers_without_running_them, inspect_judges_versions_together, inspect_writes_files,
          inspect_looks_where_the_node_would, check_does_not_take_many_ports_for_a_driver_that_hangs,
          check_asks_nothing_more_of_a_driver_that_is_slow, check_waits_for_a_job_that_takes_long,
          check_says_unknown_where_the_machine_refuses, check_is_whole_whenever_it_is_interrupted, check_compares_two_files,
          check_and_inspect_know_a_nif_library, inspect_shows_the_differences_of_two_files]
# What is preloaded comes before a sanitizer, which wants to be first; and a driver's own crashes are the sanitizer's.
CHECKS_NOT_SANITIZED = {"check_is_whole_whenever_it_is_interrupted", "check_compares_two_files"}


def all_cases():
    cases = dict(CASES)
    for file in sorted((ROOT / FAILING).glob("*.json")):
        cases[f"failing/{file.stem}"] = (["run", f"{FAILING}/{file.name}"], FAILING_EXIT.get(file.stem, 1))
    for file in sorted((HERE / "bad").glob("*.json")):
        cases[f"bad/{file.stem}"] = (["run", f"tests/cli/bad/{file.name}"], 3)
    return cases


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--rebase", action="store_true")
    parser.add_argument("--filter", default="")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    program = str(Path(options.program).resolve())

    cases = {n: c for n, c in all_cases().items() if options.filter in n and not (options.sanitized and n in NOT_SANITIZED)}
    if options.rebase and not options.filter and GOLDEN.exists():
        shutil.rmtree(GOLDEN)
    checks = [] if options.rebase else [
        c for c in CHECKS if options.filter in c.__name__ and not (options.sanitized and c.__name__ in CHECKS_NOT_SANITIZED)]

    def attempt(name, function, *arguments):
        try:
            return name, function(*arguments)
        except subprocess.TimeoutExpired:
            return name, f"did not end within {PATIENCE} s"
        except Exception:  # whatever is wrong with one case, the others are still reported
            return name, traceback.format_exc()

    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        jobs = [pool.submit(attempt, n, golden_case, program, n, a, code, options.rebase) for n, (a, code) in cases.items()]
        jobs += [pool.submit(attempt, c.__name__, c, program) for c in checks]
        results = [job.result() for job in jobs]
    failed = 0
    for name, wrong in results:
        if wrong:
            failed += 1
            print(f"FAILED {name}\n{wrong}\n")
    known = {f"{n}.txt" for n in all_cases()}
    if not options.filter:
        for path in sorted(GOLDEN.rglob("*.txt")):
            if str(path.relative_to(GOLDEN)) not in known:
                failed += 1
                print(f"FAILED {path.relative_to(ROOT)} belongs to no case\n")
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
