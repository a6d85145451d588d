#!/usr/bin/env python3
"""A node whose runs differ from each other: an `erl` that takes the driver away before one of its runs, or before all.

usage: tests/verify/varies.py --program build-gcc/ddlltool --driver build-gcc/drivers/lifecycle/other.so

Ends with "N passed, N failed"; 77 when there is no erl.
"""
import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# The first start of the player asks for facts; runs of the scenario follow.
ERL = """#!/bin/sh
case "$*" in
*"-s ddlltool_player"*)
    echo start >> {folder}/starts
    n=$(wc -l < {folder}/starts)
    if [ "$n" -ge 2 ] && [ "$n" -le {last} ]; then rm -f {folder}/other.so; else cp {driver} {folder}/other.so; fi ;;
esac
exec {erl} "$@"
"""
# name: runs that differ, exit code, agrees, what the summary says, runs in all
CASES = {
    "no run differs": (0, 0, "agrees", None, 1),
    "one run differs": (1, 0, "agrees", "1 in which runs of the node itself were not all the same", 2),
    "three runs differ": (3, 0, "agrees", "1 in which runs of the node itself were not all the same", 4),
    "all runs differ": (4, 1, "differs", "1 differ", 4),
}


def wrong_in(name, program, driver, erl, folder):
    differ, code, verdict, text, runs = CASES[name]
    wrapper = folder / "erl"
    wrapper.write_text(ERL.format(folder=folder, last=1 + differ, driver=driver, erl=erl))
    wrapper.chmod(0o755)
    shutil.copy(driver, folder / "other.so")
    scenario = folder / "varies.json"
    scenario.write_text(json.dumps({
        "scenario": 1, "title": name, "processes": {"a": {}},
        "steps": [{"by": "a", "call": f'erl_ddll:try_load("{folder}", other, [])', "returns": "{ok, loaded}"}]}))
    done = subprocess.run([program, "verify", "--erl", str(wrapper), "--patience", "1ms", "--format", "json",
                           str(scenario)], text=True, capture_output=True)
    wrong = []
    if done.returncode != code:
        wrong.append(f"exit code {done.returncode}, not {code}")
    try:
        seen = json.loads(done.stdout)["stories"][0]
    except (ValueError, LookupError):
        return wrong + [done.stdout + done.stderr]
    if (seen["verdict"], seen["runs"]) != (verdict, runs):
        wrong.append(f"{seen['verdict']} after {seen['runs']} runs, not {verdict} after {runs}")
    if text is None and "not all the same" in done.stderr or text is not None and text not in done.stderr:
        wrong.append(f"the summary is: {done.stderr}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", required=True)
    parser.add_argument("--driver", required=True)
    arguments = parser.parse_args()
    erl = shutil.which("erl")
    if erl is None:
        print("there is no erl: nothing was compared")
        return 77
    passed = failed = 0
    for name in CASES:
        with tempfile.TemporaryDirectory() as folder:
            wrong = wrong_in(name, arguments.program, arguments.driver, erl, Path(folder))
        passed += not wrong
        failed += bool(wrong)
        for line in wrong:
            print(f"{name}: {line}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
