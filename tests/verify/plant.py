#!/usr/bin/env python3
"""Copies a source file with the wrong rules of wrong_rules.json planted in it, each off until it is asked for by name.

usage: tests/verify/plant.py SOURCE COPY      SOURCE: as wrong_rules.json names it, "src/host/io/timers.cpp"

A rule is a place in a file (`old`, which stands there once) and what takes its place (`new`); WRONG in it is true while
DDLLTOOL_FLIP has the rule's name. See watched_rules.cpp, which is linked with the copies.
"""
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def main():
    source, copy = sys.argv[1:]
    text = (ROOT / source).read_text()
    for name, rule in json.loads((Path(__file__).parent / "wrong_rules.json").read_text()).items():
        if rule["file"] != source:
            continue
        if text.count(rule["old"]) != 1:
            sys.exit(f"{source}: wrong_rules.json: {name}: {text.count(rule['old'])} places have: {rule['old']}")
        text = text.replace(rule["old"], rule["new"].replace("WRONG", f'ddll::wrong_rule("{name}")'))
    target = Path(copy)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("namespace ddll {\nbool wrong_rule(const char* name);\n}\n" + f'#line 1 "{source}"\n' + text)


if __name__ == "__main__":
    main()
