#!/usr/bin/env python3
"""Facts are never read out of prose: ddlltool-garbled, whose texts for people cannot be read, must decide as ddlltool does.

Both programs run all scenarios of tests/ and the workloads of the museum, and check the museum's drivers, and what they say
in JSON is compared: exit codes, verdicts, states of steps, failures by step, rules with severity and step, how a run died,
verdicts of check with rules, and how each of its scenarios ended. Texts are not compared, but looked at: those that people
are told (PROSE) must be garbled in the one and readable in the other, or nothing would have been tested.

usage: tests/garbled/run.py --build build-gcc [--program FILE] [--garbled FILE] [-j JOBS]
"""
import argparse
import concurrent.futures
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MUSEUM = ROOT / "drivers" / "museum"
# Members of the JSON of `run` and `check`: what each of them holds is composed for people. (What a rule's row says of it is a
# constant that the report takes from the table.)
PROSE_OF_RUN = {"findings": ("title", "evidence"), "failures": ("expected", "got", "help")}
PROSE_OF_CHECK = {"findings": ("title", "evidence")}
PROSE_OF_DEATH = ("headline", "advice")
# No scenario of tests/ is unusable.
UNUSABLE = {"scenario": 1, "title": "A library that cannot be opened", "paths": {"Dir": "live"}, "processes": {"alice": {}},
            "drivers": {"missing_symbol": {"v1": "missing_symbol.so"}},
            "steps": [{"install": "missing_symbol", "version": "v1", "into": "Dir"},
                      {"by": "alice", "call": "erl_ddll:load(Dir, missing_symbol)", "returns": "ok"}]}
# Fewer than that would mean that the tests have gone elsewhere.
LEAST = {"scenarios": 400, "findings": 50, "failures": 5, "deaths": 20, "checked": 100, "prose": 500}


class Comparison:
    def __init__(self):
        self.wrong = []
        self.seen = dict.fromkeys(LEAST, 0)
        self.verdicts = set()

    def prose(self, where, plain, garbled):
        """Texts at the same place in both reports."""
        if not plain and not garbled:
            return
        self.seen["prose"] += 1
        if not re.search("[a-wyz]", plain):
            return  # a number, or an Erlang term of one letter
        if re.search("[a-wyzA-WYZ1-9]", garbled):
            self.wrong.append(f"{where} is not garbled: {garbled[:200]!r}")

    def same(self, where, plain, garbled):
        if plain != garbled:
            self.wrong.append(f"{where}: ddlltool says {plain!r}, and ddlltool-garbled {garbled!r}")

    def members(self, where, keys, plain, garbled):
        for key in keys:
            self.prose(f"{where}.{key}", plain.get(key, ""), garbled.get(key, ""))


def death_facts(death):
    return {key: value for key, value in (death or {}).items() if key not in (*PROSE_OF_DEATH, "stack", "output")}


def compare_scenario(comparison, plain, garbled):
    where = plain["file"]
    facts = [{
        "verdict": one["verdict"],
        "states": [step["state"] for step in one["steps"]],
        "failures": [failure.get("step") for failure in one["failures"]],
        "findings": sorted((f["rule"], f["severity"], f.get("step", -1), f["expected"]) for f in one["findings"]),
        "death": death_facts(one.get("death")),
        "reproducible": one.get("reproducible", True),
        "mistakes": [mistake["place"] for mistake in one.get("mistakes", [])],
    } for one in (plain, garbled)]
    comparison.seen["scenarios"] += 1
    comparison.seen["findings"] += len(plain["findings"])
    comparison.seen["failures"] += len(plain["failures"])
    comparison.verdicts.add(plain["verdict"])
    for key in facts[0]:
        comparison.same(f"{where}: {key}", facts[0][key], facts[1][key])
    for kind, keys in PROSE_OF_RUN.items():
        for a, b in zip(plain[kind], garbled[kind]):
            comparison.members(f"{where}: {kind}", keys, a, b)
    if "death" in plain and "death" in garbled:
        comparison.seen["deaths"] += 1
        comparison.members(f"{where}: death", PROSE_OF_DEATH, plain["death"], garbled["death"])


def compare_checked(comparison, where, plain, garbled):
    facts = [{
        "verdict": one["verdict"],
        # Notes may depend on how long a thread takes.
        "findings": sorted((f["rule"], f["severity"], f["confirmed"], f["static"]) for f in one["findings"]
                           if f["severity"] != "note"),
        "scenarios": [(s["id"], s["ended"]) for s in one["stories"]],
        "reasons": [(r["verdict"], r["because"]) for r in one["reasons"]],
        "looked_at": (len(one["looked_at"]), len(one["not_looked_at"])),
    } for one in (plain, garbled)]
    comparison.seen["checked"] += 1
    comparison.verdicts.add(plain["verdict"])
    for key in facts[0]:
        comparison.same(f"{where}: {key}", facts[0][key], facts[1][key])
    for kind, keys in PROSE_OF_CHECK.items():
        for a, b in zip(sorted(plain[kind], key=lambda f: f["rule"]), sorted(garbled[kind], key=lambda f: f["rule"])):
            comparison.members(f"{where}: {kind}", keys, a, b)


def asked(program, *arguments):
    """(exit code, report) of a command with --format json."""
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, cwd=ROOT, timeout=900)
    try:
        return done.returncode, json.loads(done.stdout)
    except ValueError:
        sys.exit(f"{program} {' '.join(map(str, arguments))}: {done.stderr.decode(errors='replace')[-1000:]}")


def museum_checks(build):
    """Arguments of `check` for each driver of the museum, as tests/museum/run.py checks it."""
    for file in sorted(MUSEUM.glob("*/exhibit.json")):
        entry = json.loads(file.read_text())
        if not entry["exhibit"]:
            continue
        folder = build / "drivers" / "museum" / file.parent.name
        options = ["--workload", file.parent / entry["workload"]] if entry["workload"] else []
        # A driver that never comes back is out of time on every machine; no other must be on any.
        # Texts of two levels have all that there is; longer runs only say it again.
        options += ["--strictness", min(entry.get("strictness", 2), 2), "--timeout", "10s" if entry.get("hangs") else "2min"]
        for which in ("found", "fixed"):
            old = entry["old"] and (which == "found" or entry.get("against_fixed", True))
            yield [folder / which / "exhibit.so", *(["--against", folder / "old" / "exhibit.so"] if old else []), *options]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--program", type=Path)
    parser.add_argument("--garbled", type=Path)
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    build = options.build.resolve()
    programs = [options.program or build / "ddlltool", options.garbled or build / "ddlltool-garbled"]
    comparison = Comparison()

    with tempfile.TemporaryDirectory() as folder:
        unusable = Path(folder) / "unusable.json"
        unusable.write_text(json.dumps(UNUSABLE))
        paths = ["tests/scenarios", "tests/regress", unusable, *sorted(MUSEUM.glob("*/workload*.json"))]
        reports = [asked(program, "run", f"-j{options.j}", "--format", "json", *paths) for program in programs]
    comparison.same("exit code of run", reports[0][0], reports[1][0])
    by_file = [{one["file"]: one for one in report["scenarios"]} for _, report in reports]
    comparison.same("files", sorted(by_file[0]), sorted(by_file[1]))
    for file in by_file[0].keys() & by_file[1].keys():
        compare_scenario(comparison, by_file[0][file], by_file[1][file])

    def check(arguments):
        return [asked(program, "check", "-j1", "--format", "json", *arguments) for program in programs]

    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        all_arguments = list(museum_checks(build))
        for arguments, (plain, garbled) in zip(all_arguments, pool.map(check, all_arguments)):
            where = "check " + str(arguments[0].relative_to(build))
            comparison.same(f"{where}: exit code", plain[0], garbled[0])
            compare_checked(comparison, where, plain[1], garbled[1])

    for what, least in LEAST.items():
        if comparison.seen[what] < least:
            comparison.wrong.append(f"only {comparison.seen[what]} {what} were compared, and {least} are expected")
    for verdict in ("passed", "failed", "crashed", "hung", "unusable", "SAFE", "SAFE-IF", "UNSAFE"):
        if verdict not in comparison.verdicts:
            comparison.wrong.append(f"nothing was {verdict}")
    for complaint in comparison.wrong:
        print(f"FAILED  {complaint}")
    print("compared: " + ", ".join(f"{count} {what}" for what, count in comparison.seen.items()))
    cases = comparison.seen["scenarios"] + comparison.seen["checked"]
    print(f"{max(0, cases - len(comparison.wrong))} passed, {len(comparison.wrong)} failed")
    return 1 if comparison.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
