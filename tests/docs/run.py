#!/usr/bin/env python3
"""What the pages say is so: README.md and docs/*.md are followed, link by link and command by command.

Every command line that calls ddlltool is typed into a shell, page by page, each page in a folder of its own with the files
that it speaks of (stages.py). What a page shows below a command must come in that order; "..." stands for lines that are
left out. A line that cannot be run here is named in stages.py with the reason; one that is neither fails.

usage: tests/docs/run.py --program BUILD/ddlltool --build BUILD [--filter TEXT] [-j N]
The last line is "N passed, N failed".
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True # the source folder stays as it is

import console  # noqa: E402
import pages  # noqa: E402
from stages import BLOCKS, LINES, STAGES, Entry, project  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 300 # seconds of real time until a command counts as stuck
PROMPT = re.compile(r"^(?:\w+|\.\.\.)> (.*)$")


class Stage:
    """A folder with its own home and sessions, in which `ddlltool` is on PATH."""

    def __init__(self, program, build):
        self.root, self.build = ROOT, build
        self.own = Path(tempfile.mkdtemp(prefix="ddlltool-docs-")).resolve()
        self.folder = self.own / "work"
        for name in ("work", "home", "bin", "run", "state"):
            (self.own / name).mkdir(mode=0o700)
        (self.own / "bin/ddlltool").symlink_to(program)
        keep = {name: os.environ[name] for name in ("TMPDIR", "USER", "LOGNAME") if name in os.environ}
        self.environment = {**keep, "PATH": f"{self.own}/bin{os.pathsep}{os.environ.get('PATH', os.defpath)}",
                            "HOME": f"{self.own}/home", "XDG_RUNTIME_DIR": f"{self.own}/run", "LC_ALL": "C.UTF-8",
                            "XDG_STATE_HOME": f"{self.own}/state", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80"}

    def path(self, name):
        place = self.folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        return place

    def driver(self, built, name):
        shutil.copy(self.build / "drivers" / built, self.path(name))

    def write(self, name, text):
        self.path(name).write_text(text, encoding="utf-8")

    def link(self, name, to):
        self.path(name).symlink_to(to)

    def type(self, command, environment, fed):
        """Exit code and output of what somebody types."""
        done = subprocess.run(["bash", "-c", command], cwd=self.folder, env={**self.environment, **environment},
                              input=fed.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
                              check=False)
        return done.returncode, done.stdout.decode("utf-8", "backslashreplace")

    def close(self):
        for session in (self.own / "run/ddlltool").glob("*.sock"):
            self.type(f"ddlltool session stop --session {session.stem}", {}, "")
        shutil.rmtree(self.own, ignore_errors=True)


def missing(needs):
    return [need for need in needs if not (glob.glob(need) if "/" in need else shutil.which(need))]


def promised(command):
    """The files that a command line says it writes."""
    reports = re.search(r"--format (\S+)", command)
    return [name for name in re.findall(r"=([^,\s]+)", reports.group(1))] if reports else []


def follow(line, entry, stage):
    """Types one line. Raises AssertionError when the page is wrong."""
    fed, shown = "", line.shown
    if shown and any(PROMPT.match(text) for text in shown): # a shell: what follows its prompts is typed, too
        fed = "".join(PROMPT.match(text).group(1) + "\n" for text in shown if PROMPT.match(text))
        shown = [text for text in shown if not PROMPT.match(text)]
    command = entry.typed or line.text
    code, output = stage.type(command, entry.environment, fed)
    if code != entry.code:
        raise AssertionError(f"exit code {code} instead of {entry.code}\n{output}")
    wrong = console.differs(shown, output, stage.folder) if shown else None
    if wrong:
        raise AssertionError(f"the page shows what does not come there: {wrong}\n{output}")
    for name in [*entry.writes, *([] if entry.environment else promised(command))]:
        if not (stage.folder / name).exists():
            raise AssertionError(f"{name} was not written\n{output}")


def follow_page(page, lines, options):
    """[(verdict, name, text)] of each command line of a page, in their order."""
    out, stage = [], Stage(options.program, options.build)
    try:
        try:
            STAGES.get(page, project)(stage)
        except (OSError, subprocess.SubprocessError) as trouble:
            said = (getattr(trouble, "output", None) or b"").decode("utf-8", "backslashreplace")
            return [("FAILED", f"{page}: the stage", f"{trouble}\n{said}")]
        for line in lines:
            entry = LINES.get((page, line.text), Entry())
            lacking = missing(entry.needs)
            left_to = BLOCKS.get((page, line.language)) or (None if entry.run else entry.why)
            if left_to:
                out.append(("passed", str(line), f"not run: {left_to}"))
            elif lacking:
                out.append(("skipped", str(line), f"there is no {', no '.join(lacking)} here"))
            else:
                try:
                    follow(line, entry, stage)
                    out.append(("passed", str(line), ""))
                except (AssertionError, OSError, subprocess.SubprocessError) as trouble:
                    out.append(("FAILED", str(line), str(trouble)))
    finally:
        stage.close()
    return out


def single_case(name, case, *arguments):
    try:
        case(*arguments)
    except AssertionError as trouble:
        return ("FAILED", name, str(trouble))
    return ("passed", name, "")


def the_table_names_lines_that_are_there(found):
    there = {(line.page, line.text) for lines in found.values() for line in lines}
    blocks = {(line.page, line.language) for lines in found.values() for line in lines}
    gone = [f"{page}: {text}" for page, text in [*(set(LINES) - there), *(set(BLOCKS) - blocks)]]
    assert not gone, "no page has these lines of stages.py any more:\n" + "\n".join(sorted(gone))
    silent = [str(key) for key, entry in LINES.items() if not entry.why]
    assert not silent, f"no reason is given: {silent}"


def the_comparison_notices(_):
    real = "one\ntwo two\nin /tmp/x\nlast at a.so+0x12\n"
    for good in (["one", "two two", "in /home/you", "last at a.so+0x99"], ["..."], ["one", "..."], ["one", "two", "two", "..."],
                 ["...", "last at a.so+0x1"], ["one", "...", "in /home/you", "..."]):
        assert console.differs(good, real, "/tmp/x") is None, good
    for bad in (["one"], ["two", "..."], ["...", "one", "...", "one", "..."], ["...", "tw", "..."], ["...", "two two"],
                ["...", "in /home/you", "...", "two", "..."], ["three", "..."]):
        assert console.differs(bad, real, "/tmp/x") is not None, bad
    text = "x\n\n    ddlltool run a  and so\n\n    $ ddlltool why x\n    y\n    1. ddlltool close P\n\n```erlang\n{a, \"ddlltool check b\"}\n```\n"
    assert [(line.text, line.shown) for line in console.commands("p", text)] == [
        ("ddlltool run a", None), ("ddlltool why x", ["y", "1. ddlltool close P", ""]), ("ddlltool check b", None)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=lambda text: Path(text).resolve())
    parser.add_argument("--build", required=True, type=lambda text: Path(text).resolve(), help="the build folder")
    parser.add_argument("--filter", default="", help="only pages and cases whose name contains this")
    parser.add_argument("-j", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()

    found = {}
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        page = str(path.relative_to(ROOT))
        found[page] = console.commands(page, path.read_text(encoding="utf-8"))
    cases = [("the table names lines that are there", the_table_names_lines_that_are_there, found),
             ("the comparison notices", the_comparison_notices, None),
             *pages.cases(ROOT, options.program)]
    results = [single_case(*case) for case in cases if options.filter in case[0]]
    with concurrent.futures.ThreadPoolExecutor(max(1, options.j)) as pool:
        jobs = [pool.submit(follow_page, page, lines, options) for page, lines in found.items()
                if lines and options.filter in page]
        for job in jobs:
            results += job.result()
    for verdict, name, text in results:
        print(f"{verdict:8} {name}" + (f"\n         {text}" if text else ""))
    passed, failed, skipped = ([result[0] for result in results].count(word) for word in ("passed", "FAILED", "skipped"))
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
