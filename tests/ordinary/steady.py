#!/usr/bin/env python3
"""`ddlltool check` says the same on a machine that is busy.

Checks every driver below BUILD that other tests have built (samples, the museum, ordinary drivers), once as it is and once
while twice as many loops as there are processors do nothing but compute, and compares the verdicts and the findings: rule,
severity and, where known, whose. Options are those that users have who give none.

usage: tests/ordinary/steady.py --build BUILD [--only RE] [--each N] [-j N] [--slow]
       --each N  every Nth driver only
       --slow    prints how long each took, and its CPU time, the slowest first
Prints what differs, then "N passed, N failed".
"""
import argparse
import concurrent.futures
import contextlib
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

PATIENCE = 600  # seconds until a check counts as stuck


@contextlib.contextmanager
def busy():
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def said(program, library):
    """The verdict, what was found, and the seconds of real and of CPU time."""
    name = re.sub(r"_v\d$", "", library.stem)
    begin = time.monotonic()
    process = subprocess.Popen([program, "check", library, "--name", name, "--format", "json", "-j1"], cwd=library.parent,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = process.stdout.read()
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    seconds, cpu = time.monotonic() - begin, usage.ru_utime + usage.ru_stime
    try:
        report = json.loads(output)
    except ValueError:
        return ("no report", []), seconds, cpu
    found = sorted({(f["rule"], f["severity"], f.get("of", "")) for f in report["findings"]})
    return (report["verdict"], found), seconds, cpu


def difference(one, other):
    verdicts = "" if one[0] == other[0] else f"{one[0]}, and {other[0]} when busy; "
    return verdicts + "; ".join(f"{sign}{rule} {severity} {of}".rstrip() for sign, a, b in (("-", one, other), ("+", other, one))
                                for rule, severity, of in a[1] if (rule, severity, of) not in b[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--only", default="")
    parser.add_argument("--each", type=int, default=1)
    parser.add_argument("--slow", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    libraries = sorted(p for folder in ("drivers", "ordinary") for p in (build / folder).rglob("*.so")
                       if re.search(arguments.only, str(p.relative_to(build))) and not p.name.startswith("lib"))
    libraries += sorted(p for p in (build / "ordinary").rglob("lib_*.so") if re.search(arguments.only, str(p.relative_to(build))))
    libraries = libraries[::arguments.each]
    passed = failed = 0
    times = []
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        quiet = list(pool.map(lambda p: said(build / "ddlltool", p), libraries))
        with busy():
            loud = list(pool.map(lambda p: said(build / "ddlltool", p), libraries))
    for library, (one, *took), (other, *took_busy) in zip(libraries, quiet, loud):
        shown = library.relative_to(build)
        times.append((*took, *took_busy, shown))
        passed, failed = passed + (one == other), failed + (one != other)
        if one != other:
            print(f"FAILED {shown}: {difference(one, other)}", flush=True)
    if arguments.slow:
        for seconds, cpu, seconds_busy, cpu_busy, shown in sorted(times, key=lambda t: -t[0]):
            print(f"{seconds:7.1f} s, CPU {cpu:6.2f}; busy {seconds_busy:7.1f} s, CPU {cpu_busy:6.2f}  {shown}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
