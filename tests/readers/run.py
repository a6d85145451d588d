#!/usr/bin/env python3
"""A new kind of journal entry does not compile until each reader of whole journals has said what it does with it.

Puts a kind into copies of journal/entry.h and journal/kinds.h, which stand before the real ones for the compiler, and
compiles each reader (READERS) as the build does, without making code of it. Each must be refused, and the message must
name the kind. The list is complete: it is compared with the classes of src/ that derive from journal::Visitor, and whoever
asks entries for several kinds without it is told so.

usage: tests/readers/run.py --build build-gcc [-j JOBS]
"""
import argparse
import concurrent.futures
import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(__file__).resolve().parent.parent.parent / "src"
READERS = """
    journal/text.cpp
    findings/runtime/find.cpp
    scenario/driver_reader.cpp scenario/observer.cpp scenario/result_builder.cpp
    verify/simulated.cpp
    report/event_line.cpp report/naming.cpp report/run_log.cpp report/timeline.cpp
    session/meaning.cpp session/origins.cpp
""".split()
KIND = "InventedForATest"
# Looking for an entry or two of a journal is not reading it.
MOST_SINGLE_KINDS = 4


def invented(folder):
    """Copies of the two headers with one kind more; returns the folder to put in front."""
    entry = (SRC / "journal/entry.h").read_text()
    kinds = (SRC / "journal/kinds.h").read_text()
    with_struct = entry.replace("using Event =", f"struct {KIND} {{}};\n\nusing Event =", 1)
    with_kind = re.sub(r"(std::variant<StepBegun,.*?)>;", rf"\1, {KIND}>;", with_struct, count=1, flags=re.S)
    row = f'template <> inline constexpr auto kind<{KIND}> = describe("invented");\n'
    with_row = re.sub(r"(?=template <> inline constexpr auto kind<Ended>)", row, kinds, count=1)
    if with_kind.count(KIND) != 2 or with_row.count(KIND) != 1:
        sys.exit("journal/entry.h or journal/kinds.h looks different: tests/readers/run.py cannot add a kind")
    (folder / "journal").mkdir()
    (folder / "journal/entry.h").write_text(with_kind)
    (folder / "journal/kinds.h").write_text(with_row)
    return folder


def compile_commands(build):
    """By file: what the build calls, up to what it does with the result."""
    out = {}
    for unit in json.loads((build / "compile_commands.json").read_text()):
        words = shlex.split(unit["command"])
        if Path(words[0]).name == "ccache":
            words.pop(0)
        # A precompiled header would bring the headers as they are.
        words = [word for i, word in enumerate(words) if "cmake_pch" not in word
                 and not (word == "-include" and "cmake_pch" in words[i + 1])]
        at = words.index("-o")
        command = words[:at] + words[at + 2:]
        out[Path(unit["file"]).resolve()] = (unit["directory"], command)
        # A unit of several files: each is compiled as the unit is.
        if "/Unity/" in unit["file"]:
            for file in re.findall(r'^#include "(.*)"$', Path(unit["file"]).read_text(), re.M):
                out[Path(file).resolve()] = (unit["directory"], [file if w == unit["file"] else w for w in command])
    return out


def refusal(command, front, file):
    """What the compiler says against the file; empty when it has nothing to say."""
    directory, words = command
    words = [words[0], f"-I{front}", *(w for w in words[1:] if w != "-c"), "-fsyntax-only", "-fno-diagnostics-color"]
    done = subprocess.run(words, cwd=directory, capture_output=True, text=True)
    return done.stderr if done.returncode != 0 else ""


def not_listed():
    """Complaints about src/: readers that READERS does not name, and readers that are no visitors."""
    out = []
    for file in sorted([*SRC.rglob("*.cpp"), *SRC.rglob("*.h")]):
        name = str(file.relative_to(SRC))
        if name.startswith("journal/") and name != "journal/text.cpp":
            continue
        text = file.read_text()
        source = name[:-2] + ".cpp" if name.endswith(".h") else name
        if re.search(r"public (journal::)?Visitor<|private (journal::)?Visitor<", text) and source not in READERS:
            out.append(f"{name} has a journal::Visitor that READERS does not list")
        if re.search(r"std::visit\([^;]*\.event\)|std::visit\([^;]*->event\)", text):
            out.append(f"{name} visits events without journal::Visitor")
        kinds = set(re.findall(r"(?:get_if|holds_alternative)<(?:journal::)?(\w+)>\((?:&\w+(?:->|\.)event|\w+(?:->|\.)event)\)", text))
        if len(kinds) > MOST_SINGLE_KINDS and source not in READERS:
            out.append(f"{name} reads {len(kinds)} kinds of entries ({', '.join(sorted(kinds))}) without journal::Visitor")
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("-j", type=int, default=2)
    options = parser.parse_args()
    wrong = not_listed()
    commands = compile_commands(options.build.resolve())
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        front = invented(Path(folder))
        said = pool.map(lambda name: refusal(commands[SRC / name], front, name), READERS)
        for name, text in zip(READERS, said):
            good = "a reader says nothing of this kind" in text and KIND in text
            print(f"{'refused' if good else 'FAILED '} {name}")
            if not good:
                wrong.append(f"{name} compiles with a kind that it does not know" if not text else
                             f"{name} is refused for another reason:\n{text[:2000]}")
    for complaint in wrong:
        print(f"FAILED  {complaint}")
    print(f"{len(READERS) - min(len(wrong), len(READERS))} passed, {len(wrong)} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
