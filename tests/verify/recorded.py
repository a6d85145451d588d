#!/usr/bin/env python3
"""Recordings: made of the node that is there, then judged with no erl in PATH.

usage: tests/verify/recorded.py --program build-gcc/ddlltool

Ends with "N passed, N failed"; 77 when there is no erl.
"""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SCENARIOS = ROOT / "tests" / "scenarios"
INPUTS = [SCENARIOS / "releases", SCENARIOS / "crash", SCENARIOS / "api" / "call.json",
          SCENARIOS / "lifecycle" / "slice-unlink.json"]


class Stage:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.file = folder / "node.json"

    def verify(self, *arguments, erl=False):
        environment = None if erl else {"PATH": "/nonexistent"}
        return subprocess.run([self.program, "verify", "--patience", "1ms" if not erl else "2s", *map(str, arguments)],
                              text=True, capture_output=True, cwd=ROOT, env=environment)

    def recorded(self, *inputs, file=None):
        done = self.verify("--recorded", file or self.file, "--format", "json", *inputs)
        try:
            return done, json.loads(done.stdout)
        except ValueError:
            return done, None

    def changed(self, change):
        """A recording with something changed in it."""
        document = json.loads(self.file.read_text())
        change(document)
        out = self.folder / "changed.json"
        out.write_text(json.dumps(document))
        return out


def verdicts(report):
    return {Path(one["file"]).name: one for one in report["stories"]}


def of_node(stage):
    """What the node does is compared without it, and agrees in the same scenarios."""
    with_node = stage.verify("--format", "json", *INPUTS, erl=True)
    done, report = stage.recorded(*INPUTS)
    if done.returncode != 0 or report is None:
        return done.stdout[-300:] + done.stderr
    here, there = verdicts(report), verdicts(json.loads(with_node.stdout))
    differ = [name for name in there if here[name]["verdict"] != there[name]["verdict"]]
    if differ:
        return f"other verdicts than with the node: {differ}"
    if report["recorded"] != str(stage.file) or report["otp"] != json.loads(with_node.stdout)["otp"]:
        return f"the report names {report.get('recorded')}, OTP {report.get('otp')}"
    return None if "a recording of OTP" in done.stderr else done.stderr


def not_in_it(stage):
    """A scenario that is not in the recording is named, counted, and fails."""
    file = SCENARIOS / "api" / "times.json"
    done, report = stage.recorded(file, INPUTS[2])
    one = verdicts(report)["times.json"]
    if done.returncode != 1 or one["verdict"] != "not judged" or "not in the recording" not in one["why"]:
        return f"{done.returncode}: {one}"
    return None if "1 agree" in done.stderr and "1 not judged" in done.stderr else done.stderr


def stale(stage):
    """So is one that has changed since."""
    copy = stage.folder / "call.json"
    text = (SCENARIOS / "api" / "call.json").read_text()
    copy.write_text(text.replace('"title": "', '"title": "Changed: '))
    file = stage.changed(lambda d: [s.update(file=str(copy)) for s in d["scenarios"] if s["file"].endswith("api/call.json")])
    drivers = Path(stage.program).parent / "drivers"
    done = stage.verify("--recorded", file, "--format", "json", "--driver-path", drivers, copy)
    one = json.loads(done.stdout)["stories"][0]
    if done.returncode != 1 or one["verdict"] != "not judged" or "has changed" not in one["why"]:
        return f"{done.returncode}: {one}"
    return None


def ends_early(stage):
    """A scenario of which steps are missing does not pass."""
    def cut(document):
        for scenario in document["scenarios"]:
            if scenario["file"].endswith("api/call.json"):
                del scenario["steps"][5:]
    done, report = stage.recorded(INPUTS[2], file=stage.changed(cut))
    one = report["stories"][0]
    if done.returncode != 1 or one["verdict"] != "not judged" or "ends before step 6" not in one["why"]:
        return f"{done.returncode}: {one}"
    return None


def lie(stage):
    """Another answer is a difference, shown with its step."""
    def swap(document):
        for scenario in document["scenarios"]:
            if scenario["file"].endswith("api/call.json"):
                scenario["steps"][5] = scenario["steps"][4]
    done, report = stage.recorded(INPUTS[2], file=stage.changed(swap))
    one = report["stories"][0]
    if done.returncode != 1 or one["verdict"] != "differs" or one["differences"][0]["step"] != 6:
        return f"{done.returncode}: {one}"
    return None


def damaged(stage):
    """What is no recording is refused with its place and what to do."""
    whole = stage.file.read_text()
    for text, wanted in ((whole[:len(whole) // 2], "is not JSON, or only a part of it"), ("", "is empty"), ("{}", "is not a recording"),
                         (whole.replace('"ddlltool_recording": 1', '"ddlltool_recording": 7'), "a recording of version 7")):
        file = stage.folder / "damaged.json"
        file.write_text(text)
        done = stage.verify("--recorded", file, INPUTS[2])
        if done.returncode != 3 or wanted not in done.stderr or str(file) not in done.stderr or "--record FILE" not in done.stderr:
            return f"{done.returncode}: {done.stderr}"
    done = stage.verify("--recorded", stage.folder / "none.json", INPUTS[2])
    if done.returncode != 3 or "none.json" not in done.stderr:
        return f"{done.returncode}: {done.stderr}"
    return None


def random_ones(stage):
    """Random scenarios are recorded, too; those of another seed are not judged by that, and fail."""
    file = stage.folder / "random.json"
    made = stage.verify("--random", "12", "--seed", "13", "--into", stage.folder, "--record", file, erl=True)
    if made.returncode != 0 or "12 agree, 0 differ" not in made.stdout:
        return f"{made.returncode}: {made.stdout}{made.stderr}"
    again = stage.verify("--random", "12", "--seed", "13", "--recorded", file)
    if again.returncode != 0 or "12 agree, 0 differ" not in again.stdout or "a recording of OTP" not in again.stdout:
        return f"{again.returncode}: {again.stdout}{again.stderr}"
    fewer = stage.changed(lambda d: None)
    fewer.write_text(json.dumps({**json.loads(file.read_text()), "scenarios": json.loads(file.read_text())["scenarios"][1:]}))
    one_less = stage.verify("--random", "12", "--seed", "13", "--recorded", fewer)
    if one_less.returncode != 1 or "11 agree, 0 differ, 1 not in the recording" not in one_less.stdout:
        return f"{one_less.returncode}: {one_less.stdout}{one_less.stderr}"
    others = stage.verify("--random", "12", "--seed", "14", "--recorded", file)
    if others.returncode != 1 or "0 agree, 0 differ, 12 not in the recording" not in others.stdout:
        return f"{others.returncode}: {others.stdout}{others.stderr}"
    return None


def random_lie(stage):
    """Another answer to a random scenario is a difference, and no node is asked for a shorter one."""
    file = stage.folder / "random.json"
    document = json.loads(file.read_text())
    steps = document["scenarios"][0]["steps"]
    steps[1], steps[2] = steps[2], steps[1]
    number = int(document["scenarios"][0]["file"].split("-")[2].split(".")[0])
    file.write_text(json.dumps(document))
    done = stage.verify("--random", "12", "--seed", "13", "--recorded", file, "--into", stage.folder)
    if done.returncode != 1 or f"story {number}\n" not in done.stdout or "shrunk" in done.stdout:
        return f"{done.returncode}: {done.stdout}{done.stderr}"
    return None if (stage.folder / f"random-13-{number}.json").exists() else "the story was not kept"


def usage(stage):
    """One does not record a recording."""
    done = stage.verify("--recorded", "a", "--record", "b", "x.json")
    return None if done.returncode == 2 else f"{done.returncode}: {done.stderr}"


CASES = [of_node, not_in_it, stale, ends_early, lie, damaged, random_ones, random_lie, usage]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", required=True)
    program = str(Path(parser.parse_args().program).resolve())
    if shutil.which("erl") is None:
        print("0 passed, 0 failed: no erl")
        return 77
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        stage = Stage(program, Path(folder))
        made = stage.verify("-q", "-j2", "--record", stage.file, *INPUTS, erl=True)
        if made.returncode != 0:
            print(made.stdout + made.stderr)
            print("0 passed, 1 failed")
            return 1
        for case in CASES:
            wrong = case(stage)
            failed += wrong is not None
            print(f"{'ok    ' if wrong is None else 'FAILED'} {case.__doc__}{'' if wrong is None else ' ' + wrong}")
    print(f"{len(CASES) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
