#!/usr/bin/env python3
"""Walks the way of docs/ci.md from nothing to a checked driver, with what is installed and what the page says, no more.

Each ```console block is typed into a shell, in the order of the page and in one folder; the other lines of a block must
come in that order in what the shell shows, and only "..." stands for lines that are left out. Each ```diff block is
applied to the driver.

usage: tests/integration/journey.py --build BUILD [--filter TEXT]
The last line is "N passed, N failed"; exit code 77 where a tool is missing, which is named.
"""
import argparse
import re
import sys

sys.dont_write_bytecode = True # the source folder stays as it is

from sandbox import Sandbox, need, play  # noqa: E402

PAGE = "share/doc/ddlltool/docs/ci.md" # as it was installed
BLOCK = re.compile(r"^```(console|diff)\n(.*?)^```$", re.M | re.S)


def commands(block):
    """[(command, lines that it shows)]"""
    out = []
    for line in block.splitlines():
        if line.startswith("$ "):
            out.append((line[2:], []))
        else:
            out[-1][1].append(line)
    return out


def must_show(wanted, shown, where):
    """The lines of `wanted` are those of `shown`, but for what its "..." leave out."""
    at, skipping = 0, False
    lines = [line.rstrip() for line in shown.splitlines()]
    for line in wanted:
        if line == "...":
            skipping = True
            continue
        found = next((i for i in range(at, len(lines)) if lines[i] == line), None) if skipping else at
        if found is None or found >= len(lines) or lines[found] != line:
            raise AssertionError(f"{where}: the page shows {line!r}, which does not come there:\n{shown}")
        at, skipping = found + 1, False
    if at < len(lines) and not skipping and wanted:
        raise AssertionError(f"{where}: the page does not show {lines[at]!r}")


def the_page_can_be_followed(sandbox):
    need("cmake", "make", "cc", "erl", "patch")
    folder = sandbox.fresh("journey")
    place = folder
    seen = 0
    for kind, text in BLOCK.findall((sandbox.prefix / PAGE).read_text(encoding="utf-8")):
        if kind == "diff":
            (folder / "change.diff").write_text(text, encoding="utf-8")
            sandbox.run(["patch", "-p1", "--fuzz=0", "-i", folder / "change.diff"], cwd=place).must()
            seen += 1
            continue
        for command, wanted in commands(text):
            if command.startswith("cd "):
                place = place / command[3:]
                continue
            done = sandbox.run(["bash", "-c", command], cwd=place).must() # as somebody types it
            must_show(wanted, done.output, command)
            seen += 1
    assert seen > 8, seen


def the_comparison_notices(_):
    shown = "one\ntwo\nthree\n"
    for good in (["one", "two", "three"], ["..."], ["one", "..."], ["...", "three"], ["one", "...", "three"], []):
        must_show(good, shown, "good")
    for bad in (["one"], ["two", "..."], ["...", "two"], ["...", "three", "one"], ["one", "three"], ["...", "four", "..."]):
        try:
            must_show(bad, shown, "bad")
        except AssertionError:
            continue
        raise AssertionError(f"{bad} was taken for {shown!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    sandbox = Sandbox(options.build)
    try:
        return play([the_page_can_be_followed, the_comparison_notices], sandbox, options.filter)
    finally:
        sandbox.close()


if __name__ == "__main__":
    sys.exit(main())
