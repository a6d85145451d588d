#!/usr/bin/env python3
"""`ddlltool check` on drivers as people write them, and what a real node says of the same drivers.

Each file of drivers/ is a driver, with the truth about it in its first comment, as lines "KEY: VALUE" or, for what one
compiler makes only, "KEY[g++]: VALUE":

(a key may stand there several times, for long values)

  needs       Debian packages; without them the driver is skipped, by name
  flags       for the compiler; make: a command that comes before it ({here}: drivers/, {out}: a folder for the driver)
  compilers   where not all can build it: g++ (and gcc) or clang
  gnu-unique  yes: g++ makes unique symbols, as it does unless told otherwise; elsewhere -fno-gnu-unique is given
  source      the file that is built, where it is that of another driver
  calls       options of `ddlltool check`
  limit       its --timeout, where it hangs (60s)
  true        rules of findings above a note that a node bears out, each to be found; without it the driver is good
  may         rules that are true as well, and need not be found in every run
  verdict     where it is neither SAFE (nothing is true) nor UNSAFE
  accepts     rules of findings that a suppression is to accept: then the verdict is SAFE-IF, and the exit code 0
  unseen      "RULE: TITLE": a finding that a story of that title must not show
  folders     own: on a node each load is from a folder of its own, and its code must be what runs
  says        a regular expression: what the report says of the cause or the fix; silent: what it must not say
  node        well (the default): loads, uses and unloads leave nothing; stays: the code stays mapped; grows: memory,
              mappings, threads, descriptors or children do; dies; hangs; permanent: it refuses to unload it. Several: one
              of them or both

usage: tests/ordinary/run.py --build BUILD [--only RE] [--all-compilers] [--strictness N|N-M] [--repeat N] [-j N]
       tests/ordinary/run.py --build BUILD --on-node [--only RE]     on an erl, 30 times each, instead of check
       tests/ordinary/run.py --list [--only RE]                      the truth about each

Without --all-compilers each driver is built in one of four ways (g++ or clang, -O0 or -O2) that take turns. Prints a
table with what was found, missed and false, then the figures, and "N passed, N failed, N skipped".
"""
import argparse
import concurrent.futures
import glob
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
DRIVERS = HERE / "drivers"
KEYS = ("needs", "flags", "make", "source", "compilers", "gnu-unique", "calls", "limit", "true", "may", "verdict", "accepts", "unseen", "folders", "says", "silent", "node")
WAYS = [("g++", "-O2"), ("clang", "-O0"), ("g++", "-O0"), ("clang", "-O2")]
COMMANDS = {".c": {"g++": "gcc", "clang": "clang"}, ".cpp": {"g++": "g++", "clang": "clang++"}}
# False alarms that are not mended yet: (driver, rule): why. Counted apart; one that is mended must go from here.
KNOWN = {}
PATIENCE = 600  # seconds until a command counts as stuck
CYCLES = 30     # on a node
# What moves by itself: the least in ten cycles is compared with the least in ten before. Heap is what malloc has, which
# a node hardly uses; the rest of its memory moves by megabytes.
PLAY = {"rss": 4096, "heap": 256, "maps": 12}  # KB, and mappings


class Driver:
    def __init__(self, source):
        self.source, self.name, self.kind = source, source.stem, source.suffix
        comment = []
        for line in source.read_text().splitlines():
            if not re.match(r"\s*(//|/\*|\*)", line):
                break
            comment.append(re.sub(r"\s*\*/\s*$", "", re.sub(r"^\s*(//|/\*|\*)\s?", "", line)))
        self.facts, self.idea = {}, ""
        for line in comment:
            key = re.match(r"([a-z-]+)(\[[a-z+]+\])?: (.*)", line)
            if key and key[1] in KEYS:
                name = key[1] + (key[2] or "")
                self.facts[name] = " ".join(filter(None, (self.facts.get(name), key[3])))
            else:
                self.idea += (" " if self.idea else "") + line

    def fact(self, key, compiler):
        return " ".join(filter(None, (self.facts.get(key), self.facts.get(f"{key}[{compiler}]"))))

    def lacks(self):
        """What it needs and this machine has not."""
        lacking = [p for p in self.facts.get("needs", "").split() if not installed(p)]
        return lacking + (["erlang-dev"] if not include() else [])

    def ways(self):
        if self.kind not in COMMANDS:
            return [("", level) for level in ("-O2", "-O0")]
        wanted = self.facts.get("compilers", "").replace("gcc", "g++")
        return [(c, level) for c, level in WAYS
                if (not wanted or c in wanted) and shutil.which(COMMANDS[self.kind][c])]


def installed(package):
    if package in ("rustc", "golang-go"):
        return shutil.which({"golang-go": "go"}.get(package, package)) is not None
    asked = subprocess.run(["dpkg-query", "-W", "-f", "${Status}", package], capture_output=True, text=True)
    return "install ok installed" in asked.stdout


def include():
    for pattern in ("/usr/lib/erlang/usr/include", "/usr/local/lib/erlang/usr/include", "/usr/lib/erlang/erts-*/include"):
        for path in glob.glob(pattern):
            if os.path.exists(f"{path}/erl_driver.h"):
                return path
    return None


def build(driver, compiler, level, root):
    """The library, or text that says why there is none."""
    out = root / f"{compiler or 'native'}{level}" / driver.name
    library, source = out / f"{driver.name}.so", DRIVERS / driver.facts.get("source", driver.source.name)
    included = [DRIVERS / name for name in re.findall(r'#include "(\w+\.c(?:pp)?)"', driver.source.read_text())]
    parts = [driver.source, source, *included, *DRIVERS.glob("*.h"), *DRIVERS.glob("*.map"), *DRIVERS.glob("*.proto"), *DRIVERS.glob("*.in")]
    if library.exists() and all(library.stat().st_mtime > part.stat().st_mtime for part in parts):
        return library
    out.mkdir(parents=True, exist_ok=True)
    places = {"here": str(DRIVERS), "out": str(out)}
    environment = dict(os.environ, DRIVER_NAME=driver.name)
    commands = [shlex.split(driver.facts["make"].format(**places))] if "make" in driver.facts else []
    flags = shlex.split(driver.fact("flags", compiler).format(**places))
    if driver.kind == ".rs":
        commands.append(["rustc", "--crate-type", "cdylib", "-C", f"opt-level={level[2]}", "-g", *flags, "-o", library, source])
    elif driver.kind == ".go":
        environment |= {"CGO_ENABLED": "1", "GOCACHE": str(root / "go-cache"), "GO111MODULE": "off",
                        "CGO_CFLAGS": f'-I{include()} {level} -g -DDRIVER_NAME="{driver.name}" {" ".join(flags)}'}
        commands.append(["go", "build", "-buildmode=c-shared", "-o", library, source])
    else:
        unique = driver.kind == ".cpp" and compiler == "g++" and driver.facts.get("gnu-unique") != "yes"
        commands.append([COMMANDS[driver.kind][compiler], *(["-std=c++20"] if driver.kind == ".cpp" else []),
                         *(["-fno-gnu-unique"] if unique else []), level, "-g", "-fPIC", "-shared", "-pthread", "-Wall",
                         f'-DDRIVER_NAME="{driver.name}"', "-isystem", include(), f"-I{DRIVERS}", source, "-o",
                         library, *flags])
    for command in commands:
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, env=environment, cwd=out)
        if done.returncode:
            return f"cannot be built: {(done.stderr.strip().splitlines() or ['?'])[0]}"
    return library


# --- ddlltool -------------------------------------------------------------------------------------------------------

class Result:
    """Of one check: what was found of what is true, missed and false."""

    def __init__(self):
        self.found, self.missed, self.false, self.known, self.wrong = [], [], [], [], []
        self.verdict, self.seconds = "-", 0.0

    def good(self):
        return not (self.missed or self.false or self.wrong)


def command_of(program, driver, library, strictness):
    return [program, "check", library, "--format", "json", "-j1", "--timeout", driver.facts.get("limit", "60s"), "--for", "20min",
            "--strictness", strictness, *shlex.split(driver.facts.get("calls", ""))]


def accepting(program, driver, library, rules):
    """What is wrong with the check when these findings are accepted for a while."""
    suppressions = [{"rule": rule, "reason": "a new version comes with the node", "expires": "2999-12-31"} for rule in rules]
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(suppressions, file)
        file.flush()
        command = [*command_of(program, driver, library, "1"), "--suppressions", file.name]
        done = subprocess.run(list(map(str, command)), capture_output=True, timeout=PATIENCE, cwd=library.parent)
    report = json.loads(done.stdout)
    good = report["verdict"] == "SAFE-IF" and done.returncode == 0
    return [] if good else [f"with {' '.join(rules)} accepted: {report['verdict']}: {report['reason']}, exit {done.returncode}"]


def judge(program, driver, compiler, library, strictness):
    result = Result()
    if isinstance(library, str):
        result.wrong.append(library)
        return result
    command = command_of(program, driver, library, strictness)
    begin = time.monotonic()
    try:
        done = subprocess.run(list(map(str, command)), capture_output=True, timeout=PATIENCE, cwd=library.parent)
        result.seconds = time.monotonic() - begin
        report = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        result.wrong.append(f"no end after {PATIENCE} s")
        return result
    except ValueError:
        result.wrong.append(f"exit {done.returncode}: {done.stderr.decode(errors='replace').strip()[-200:]}")
        return result
    true = driver.fact("true", compiler).split()
    allowed = true + driver.fact("may", compiler).split()
    loud = sorted({f["rule"] for f in report["findings"] if f["severity"] != "note"})
    result.verdict = report["verdict"]
    result.found = [rule for rule in loud if rule in allowed]
    result.missed = [rule for rule in true if rule not in loud]
    result.known = [rule for rule in loud if (driver.name, rule) in KNOWN]
    result.false = [rule for rule in loud if rule not in allowed and rule not in result.known]
    verdict = driver.fact("verdict", compiler) or ("UNSAFE" if true else "SAFE")
    if result.verdict not in verdict.split() and not result.known:
        result.wrong.append(f"not {verdict}: {report['reason']}")
    text = " ".join(done.stdout.decode(errors="replace").split())
    if (says := driver.fact("says", compiler)) and not re.search(says, text, re.I):
        result.wrong.append(f"does not say /{says}/")
    if (silent := driver.fact("silent", compiler)) and re.search(silent, text, re.I):
        result.wrong.append(f"says /{silent}/")
    if unseen := driver.fact("unseen", compiler):
        rule, title = unseen.split(": ")
        if title not in report["looked_at"] and int(strictness) >= 5:
            result.wrong.append(f"{title}: not run")
        if any(f["rule"] == rule and title in f["seen_when"] for f in report["findings"]):
            result.wrong.append(f"{rule} in {title}")
    if accepted := driver.fact("accepts", compiler).split():
        result.wrong += accepting(program, driver, library, accepted)
    return result


# --- a node ---------------------------------------------------------------------------------------------------------

def limits():
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def on_node(driver, compiler, library, player):
    """What is wrong with it on a node, as its truth goes; and the figures."""
    if isinstance(library, str):
        return [library], ""
    expected = (driver.fact("node", compiler) or "well").split()
    with tempfile.TemporaryDirectory(prefix="ordinary-") as folder:
        job = Path(folder) / "job"
        places = [library.parent] * CYCLES
        if driver.facts.get("folders") == "own":
            places = [Path(folder) / str(n) for n in range(CYCLES)]
            for place in places:
                place.mkdir()
                shutil.copy(library, place)
        listed = ",".join(f'"{place}"' for place in places)
        job.write_text(f'{{[{listed}],"{driver.name}"}}.\n')
        node = subprocess.Popen(["erl", "-noshell", "+S", "2:2", "-pa", player, "-eval", f'ordinary_node:main("{job}").'],
                                cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                preexec_fn=limits, start_new_session=True,
                                env={"PATH": os.environ["PATH"], "HOME": folder, "ERL_CRASH_DUMP_BYTES": "0", "LANG": "C.UTF-8"})
        try:
            output = node.communicate(timeout=30 if "hangs" in expected else 180)[0].decode(errors="replace")
        except subprocess.TimeoutExpired:
            os.killpg(node.pid, signal.SIGKILL)
            node.communicate()
            return ([], "it hung") if "hangs" in expected else (["the node hung"], "")
    cycles = [dict(zip(line.split()[2::2], line.split()[3::2])) for line in output.splitlines() if line.startswith("cycle:")]
    if "dies" in expected and node.returncode < 0:
        return [], f"{len(cycles)} cycles, then {signal.Signals(-node.returncode).name}"
    if "permanent" in expected and node.returncode == 0 and output.strip() == "permanent":
        return [], "it cannot be unloaded"
    if node.returncode != 0 or len(cycles) != CYCLES:
        return [f"the node ended with {node.returncode} after {len(cycles)} cycles: {output.strip()[-300:]}"], ""
    what_grows = ("rss", "heap", "maps", "threads", "fds", "children")
    if not all(cycle["runs"] == "true" for cycle in cycles):
        return ["the code of the file that was loaded is not in memory"], ""
    early, late = ({what: min(int(cycle[what]) for cycle in part) for what in what_grows}
                   for part in (cycles[5:15], cycles[-10:]))
    figures = ", ".join(f"{what} {early[what]} -> {late[what]}" for what in what_grows)
    grown = [what for what in what_grows if late[what] > early[what] + PLAY.get(what, 0)]
    seen = [*(["stays"] if cycles[-1]["mapped"] == "true" else []), *(["grows"] if grown else [])] or ["well"]
    wrong = [] if set(seen) <= set(expected) else [" and ".join(seen + grown)]
    return wrong, figures


# --- the program ----------------------------------------------------------------------------------------------------

def jobs_of(drivers, all_ways):
    """(driver, compiler, level); without all_ways they take turns."""
    for index, driver in enumerate(drivers):
        ways = driver.ways()
        for compiler, level in ways if all_ways else ways[index % len(ways):][:1] if ways else []:
            yield driver, compiler, level


def check_all(arguments, drivers, root):
    program = (arguments.build / "ddlltool").resolve()
    low, _, high = arguments.strictness.partition("-")
    levels = range(int(low), int(high or low) + 1)
    passed = failed = 0
    total = {"found": 0, "missed": 0, "false": 0, "known": 0}

    def one(job):
        driver, compiler, level = job
        library = build(driver, compiler, level, root)
        return [(strictness, judge(program, driver, compiler, library, strictness))
                for strictness in levels for _ in range(arguments.repeat)]

    jobs = list(jobs_of(drivers, arguments.all_compilers))
    print(f"{'':7}{'driver':34}{'built by':11}{'at':>2}  {'verdict':9}{'seconds':>7}  what was found")
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for (driver, compiler, level), results in zip(jobs, pool.map(one, jobs)):
            for strictness, result in results:
                for what in total:
                    total[what] += len(getattr(result, what))
                passed, failed = passed + result.good(), failed + (not result.good())
                told = [f"{what}: {' '.join(getattr(result, what))}" for what in total if getattr(result, what)] + result.wrong
                print(f"{'ok' if result.good() else 'FAILED':7}{driver.name:34}{(compiler or 'native') + level:11}{strictness:>2}"
                      f"  {result.verdict:9}{result.seconds:7.1f}  {'; '.join(told)}", flush=True)
    print(f"of what is true {total['found']} found and {total['missed']} missed; false {total['false']}, "
          f"and {total['known']} more that are known")
    return passed, failed


def replay_all(arguments, drivers, root):
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="ordinary-") as player:
        subprocess.run(["erlc", "-o", player, str(HERE / "ordinary_node.erl")], check=True)

        def one(job):
            driver, compiler, level = job
            return on_node(driver, compiler, build(driver, compiler, level, root), player)

        jobs = list(jobs_of(drivers, arguments.all_compilers))
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            for (driver, compiler, level), (wrong, figures) in zip(jobs, pool.map(one, jobs)):
                passed, failed = passed + (not wrong), failed + bool(wrong)
                truth = driver.fact("node", compiler) or "well"
                print(f"{'FAILED' if wrong else 'ok':7}{driver.name:34}{(compiler or 'native') + level:11}{truth:6} "
                      f"{'; '.join(wrong + [figures])}", flush=True)
    return passed, failed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--all-compilers", action="store_true")
    parser.add_argument("--strictness", default="5")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--on-node", action="store_true")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("-j", "--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    drivers = [Driver(path) for path in sorted(DRIVERS.iterdir()) if path.suffix in (".c", ".cpp", ".rs", ".go")]
    drivers = [driver for driver in drivers if re.search(arguments.only, driver.name)]
    if arguments.list:
        for driver in drivers:
            print(f"{driver.name}: {driver.idea}")
            print("".join(f"    {key}: {value}\n" for key, value in driver.facts.items()), end="")
        return 0
    if not arguments.build or not drivers:
        parser.error("--build BUILD is needed" if drivers else f"no driver is called {arguments.only}")
    if arguments.on_node and not (shutil.which("erl") and shutil.which("erlc")):
        print("tests/ordinary: there is no erl here")
        return 77
    skipped = [driver for driver in drivers if driver.lacks() or not driver.ways()]
    for driver in skipped:
        print(f"skipped {driver.name}: {', '.join(driver.lacks()) or driver.facts.get('compilers')} not installed")
    root = arguments.build.resolve() / "ordinary"
    play = replay_all if arguments.on_node else check_all
    passed, failed = play(arguments, [driver for driver in drivers if driver not in skipped], root)
    print(f"{passed} passed, {failed} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
