#!/usr/bin/env python3
"""`ddlltool check` against drivers whose faults are known.

For each folder of drivers/museum: `found` is found by its rule, in the way that its exhibit.json says (in the file,
when used, both), and no other rule above a note speaks; `fixed` has nothing above a note. Rules about those who load
drivers are shown by their workload. Then drivers with nothing wrong, some with faults that are hard to see (FAULTY), and
drivers that Debian ships, of which is known on a real node what is wrong with them (KNOWN).

Prints one line for each rule and driver, then "N passed, N failed". What was left out, and why, is printed too.

usage: tests/museum/run.py --build build-gcc [--quick] [--sanitized] [--only RULE...] [--matrix all|corners]
  --quick      at the least strictness that shows the fault, and that says nothing of the fixed one: a program that is not
               optimised takes minutes for the runs of strictness 3 to 5, and another build has had them
  --sanitized  ddlltool was built with sanitizers: it cannot stand in front of pthread_create and the like, and gives jobs
               of the async pool a larger stack, so what needs that is left out
  --matrix     build the drivers anew with g++ and clang, -O0 and -O2, with and without debug information, and check them
               all; corners: two of the eight ways. With --build itself (g++ -O2 -g), and the drivers of the presets debug
               (g++ -O0 -g) and asan (clang -O0 -g), each compiler meets each option
"""
import argparse
import concurrent.futures
import glob
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MUSEUM = ROOT / "drivers" / "museum"
sys.dont_write_bytecode = True
sys.path.insert(0, str(MUSEUM))
from museum import entries as exhibits  # noqa: E402
# Drivers of ours that do nothing wrong, whatever is done with them.
WELL_BEHAVED = [f"{name}.so" for name in (
    "atfork kept threads/at_halt call_conventions control_conventions counter_v1 counter_v2 created dl echo_server_v1 echo_server_v2 emergency environment failing "
    "late_drain ledger_v1 ledger_v2 locks memory monitors outputs outputv queue realtime selects sigpipe stream sysinfo timer "
    "threads/by_itself threads/jobs threads/thread_api threads/worker conformance/async conformance/busy conformance/closing "
    "conformance/no_busy_queue conformance/opening conformance/ownership conformance/soft_busy conformance/vectors "
    "leaks/freed_in_cache leaks/freed_in_new leaks/freed_in_ready_async leaks/freed_in_realloc leaks/freed_in_thread "
    "museum/bystander/bystander museum/well-behaved/old/exhibit museum/well-behaved/new/exhibit").split()]
# Drivers of Debian's packages, and what is truly wrong with them, by the levels of strictness at which it shows.
# tests/scenarios/real/megaco_several_ports.json: a node dies. The scanner's other variant loses 680 bytes of a node with
# each port that was used, measured over 20,000 ports.
KNOWN = {
    "/usr/lib/erlang/lib/megaco-*/priv/lib/megaco_flex_scanner_drv.so": {4: [], 5: ["not-a-port-handle"]},
    "/usr/lib/erlang/lib/megaco-*/priv/lib/megaco_flex_scanner_drv_mt.so": {5: ["driver-alloc-leak"]},
    "/usr/lib/erlang/lib/runtime_tools-*/priv/lib/trace_file_drv.so": {5: []},
    # 63 bytes with each port whose data was never fetched, measured over 20,000 ports.
    "/usr/lib/erlang/lib/runtime_tools-*/priv/lib/trace_ip_drv.so": {5: ["driver-alloc-leak"]},
    "/usr/lib/erlang/lib/p1_sqlite3-*/priv/sqlite3_drv.so": {5: []},
}
# What their start needs; without it no port can be opened, and check says so.
OPEN = {"stream": "stream write /dev/null", "echo_server": "echo_server tcp", "trace_file_drv": "trace_file_drv n trace",
        "trace_ip_drv": "trace_ip_drv 0 50 2", "sqlite3_drv": "sqlite3_drv :memory:"}
# What a fault may come to in a run, now or at another time.
ENDS = {"driver-crashed", "driver-hung"}
# The calls that the modules of the exhibits would make: the same that check invents where it is told none.
OWN_CALLS = ["--control", "1,x", "--call", "1,x", "--command", "x"]
# Drivers of ours with a fault that shows only because many ports are opened.
FAULTY = {"port_leak.so": {2: [], 3: ["heap-leak-outside-driver-heap"]},
          "kept_facet.so": {1: ["callback-registered-elsewhere", "driver-crashed"]},
          "kept_stream.so": {1: ["callback-registered-elsewhere"]},
          "kept_tables.so": {1: ["memory-registered-elsewhere"]},
          "kept_stdio.so": {1: ["memory-registered-elsewhere"]},
          "kept_random.so": {1: ["driver-crashed", "memory-registered-elsewhere"]},
          "threads/at_halt_joinable.so": {2: ["driver-crashed", "halt-under-running-thread"]}}
FAULTY |= {f"leaks/lost_in_{place}.so": {3: ["heap-leak-outside-driver-heap"]}
           for place in ("cache", "new", "ready_async", "realloc", "thread")}
PATIENCE = 600  # seconds of real time until a check counts as stuck


CORNERS = {"gcc-O0-g0", "clang-O2-g0"}


class Checker:
    def __init__(self, program, sanitized, quick):
        self.program = program
        self.sanitized = sanitized
        self.quick = quick
        self.passed = self.failed = 0

    def audit(self, file, *options, hangs=False):
        """The report of ddlltool check, or text that says why there is none."""
        # Where a driver never comes back, time is up on every machine; elsewhere it must not be on any.
        limit = "10s" if hangs else "2min"
        command = [self.program, "check", str(file), "--format", "json", "-j1", "--timeout", limit, "--for", "20min", *options]
        try:
            done = subprocess.run(command, capture_output=True, timeout=PATIENCE, cwd=ROOT)
        except subprocess.TimeoutExpired:
            return f"no end after {PATIENCE} s"
        try:
            return json.loads(done.stdout)
        except ValueError:
            return f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[-300:]}"

    def note(self, good, text):
        if good:
            self.passed += 1
        else:
            self.failed += 1
        print(f"{'ok    ' if good else 'FAILED'} {text}", flush=True)


def loud(report):
    return {f["rule"] for f in report["findings"] if f["severity"] != "note"}


def not_run(report):
    return [f"{s['id']} {s['ended']}" for s in report["stories"] if s["ended"] in ("bug", "unusable", "skipped")]


def way(finding):
    if finding["confirmed"]:
        return "both" if finding["static"] else "dynamic"
    return "static"


def rule_of(checker, build, entry):
    """(good, line) for one rule of the museum."""
    rule, folder = entry["rule"], build / "drivers" / "museum" / entry["rule"]
    if entry["exhibit"]:
        files = {which: folder / which / "exhibit.so" for which in ("found", "fixed")}
        # What takes long in every callback or job takes minutes with many ports.
        strictness = entry.get("strictness", entry.get("shows_from", 2) if checker.quick else None)
        options = {which: ["--strictness", strictness] if strictness else [] for which in files}
        if entry["old"]:
            options["found"] += ["--against", folder / "old" / "exhibit.so"]
            if entry.get("against_fixed", True):
                options["fixed"] += ["--against", folder / "old" / "exhibit.so"]
        for which in files:
            options[which] += ["--workload", MUSEUM / rule / entry["workload"]] if entry["workload"] else OWN_CALLS
    else:
        well = build / "drivers" / "museum" / "well-behaved"
        files = {which: well / "new" / "exhibit.so" for which in ("found", "fixed")}
        options = {which: ["--against", well / "old" / "exhibit.so", "--strictness", "1", "--workload", MUSEUM / rule / name]
                   for which, name in (("found", entry["workload"]), ("fixed", "workload.fixed.json"))}
    reports = {}
    for which, file in files.items():
        if not file.exists():
            return False, f"{rule:40} {file} is not there"
        reports[which] = checker.audit(file, *map(str, options[which]), hangs=entry.get("hangs", False))
        if isinstance(reports[which], str):
            return False, f"{rule:40} {which}: {reports[which]}"
    found = next((f for f in reports["found"]["findings"] if f["rule"] == rule), None)
    wrong = []
    if found is None:
        wrong.append("not found")
    elif entry["exhibit"] and way(found) != entry["detect"] and not checker.sanitized:
        wrong.append(f"found {way(found)}, and exhibit.json says {entry['detect']}")
    elif not entry["exhibit"] and not any(trial for trial in found["seen_when"]):
        wrong.append("found, and not in the workload")
    elif entry.get("evidence", "") not in found["evidence"]:
        wrong.append(f"the evidence does not say {entry['evidence']}: {found['evidence']}")
    cross = loud(reports["found"]) - {rule} - ENDS - set(entry.get("also", []))
    if cross:
        wrong.append(f"also found: {', '.join(sorted(cross))}")
    false = loud(reports["fixed"])
    if not entry["exhibit"] and rule in {f["rule"] for f in reports["fixed"]["findings"]}:
        false |= {rule}
    if false:
        wrong.append(f"false alarm on the cure: {', '.join(sorted(false))}")
    for which, report in reports.items():
        wrong += [f"{which}: {text}" for text in not_run(report)]
    text = f"{rule:40} " + ("; ".join(wrong) if wrong else f"{way(found):8} {found['severity']:8} {reports['found']['verdict']:8} cured: {reports['fixed']['verdict']}")
    return not wrong, text


def driver_name(file):
    stem = Path(file).stem
    return stem[:-3] if stem[-3:-1] == "_v" else stem


def driver_known(checker, file, levels, against=None):
    name = driver_name(file)
    needs = OPEN.get(name)
    if checker.quick and levels == {5: []}:
        levels = {2: []}
    for strictness, expected in levels.items():
        if needs:
            report = checker.audit(file, "--name", name, "--strictness", "1")
            if isinstance(report, str) or report["verdict"] != "UNKNOWN" or "no port could be opened" not in report["reason"]:
                return False, f"{file} without --open: {report if isinstance(report, str) else report['reason']}"
        report = checker.audit(file, "--name", name, "--strictness", str(strictness), *(["--open", needs] if needs else []))
        shown = f"{Path(file).name if str(file).startswith('/usr') else file} at strictness {strictness}"
        if isinstance(report, str):
            return False, f"{shown}: {report}"
        if sorted(loud(report)) != expected or not_run(report):
            return False, f"{shown}: {sorted(loud(report))}, not {expected}; {not_run(report)}"
        if not expected and report["verdict"] != "SAFE":
            return False, f"{shown}: {report['verdict']}"
    return True, f"{shown}: {', '.join(expected) if expected else 'nothing above a note'}"


def workload_known(checker, build, name, expected):
    """What a workload with one load shows, and no more than that."""
    file = build / "drivers" / "leaks" / f"{name}.so"
    report = checker.audit(file, "--strictness", "1", "--workload", ROOT / "drivers" / "leaks" / f"{name}.json")
    shown = f"leaks/{name}.so with a workload"
    if isinstance(report, str):
        return False, f"{shown}: {report}"
    if sorted(loud(report)) != expected or report["verdict"] != ("SAFE-IF" if expected else "SAFE"):
        return False, f"{shown}: {report['verdict']}, {sorted(loud(report))}, not {expected}"
    return True, f"{shown}: {', '.join(expected) if expected else 'nothing above a note'}"


def check_all(checker, build, only):
    entries = exhibits()
    not_sanitized = {entry["rule"] for entry in entries if "not_sanitized" in entry}
    jobs = []
    for entry in entries:
        if only and entry["rule"] not in only:
            continue
        if checker.sanitized and "not_sanitized" in entry:
            print(f"left out {entry['rule']}: {entry['not_sanitized']}")
            continue
        jobs.append((rule_of, (checker, build, entry)))
    if not only:
        for name in WELL_BEHAVED:
            jobs.append((driver_known, (checker, build / "drivers" / name, {5: []})))
        for name, levels in FAULTY.items():
            if not (checker.sanitized and not_sanitized & {rule for rules in levels.values() for rule in rules}):
                jobs.append((driver_known, (checker, build / "drivers" / name, levels)))
        jobs.append((workload_known, (checker, build, "freed_in_new", [])))
        if not checker.sanitized:
            jobs.append((workload_known, (checker, build, "lost_in_new", ["heap-leak-outside-driver-heap"])))
        for pattern, levels in KNOWN.items():
            files = glob.glob(pattern)
            if files:
                jobs.append((driver_known, (checker, files[0], levels)))
            else:
                print(f"left out {Path(pattern).name}: its package is not installed")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in [pool.submit(function, *arguments) for function, arguments in jobs]:
            checker.note(*done.result())


def matrix(checker, build, which):
    compilers = [c for c in (("gcc", "g++"), ("clang", "clang++")) if all(map(shutil.which, c))]
    if len(compilers) < 2:
        print("left out clang: it is not installed")
    for c, cxx in compilers:
        for level in ("-O0", "-O2"):
            for debug in ("-g", "-g0"):
                name = f"{c}{level}{debug}"
                if which == "corners" and name not in CORNERS:
                    continue
                folder = build / "museum-matrix" / name
                print(f"-- {name}", flush=True)
                for command in (["cmake", "-S", ROOT, "-B", folder, "-G", "Ninja", "-DDDLLTOOL_TESTS=OFF", "-DCMAKE_BUILD_TYPE=None",
                                 f"-DCMAKE_C_COMPILER={c}", f"-DCMAKE_CXX_COMPILER={cxx}", f"-DDDLLTOOL_DRIVER_FLAGS={level};{debug}"],
                                ["cmake", "--build", folder, "--target", "drivers"]):
                    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
                    if done.returncode:
                        print(done.stdout[-2000:], done.stderr[-2000:])
                        checker.note(False, f"{name}: cannot be built")
                        break
                else:
                    check_all(checker, folder, None)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--only", nargs="+")
    parser.add_argument("--matrix", choices=("all", "corners"))
    arguments = parser.parse_args()
    build = arguments.build.resolve()
    checker = Checker(str(build / "ddlltool"), arguments.sanitized, arguments.quick)
    if arguments.matrix:
        matrix(checker, build, arguments.matrix)
    else:
        check_all(checker, build, arguments.only)
    print(f"{checker.passed} passed, {checker.failed} failed")
    return 1 if checker.failed or not checker.passed else 0


if __name__ == "__main__":
    sys.exit(main())
