#!/usr/bin/env python3
"""Runs the Erlang code of docs/patterns.md on a real node: the owner, the .appup and what it is made into.

Takes the blocks out of the page by the file names in their first lines, lays out lib/drv-1.0, lib/drv-2.0... as a release
does, with versions of the sample driver ledger, and starts a node with owner_cases.erl in it.

usage: tests/patterns/run.py --drivers BUILD/drivers
The last line is "N passed, N failed"; exit code 77 where there is no erl.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent.parent / "docs" / "patterns.md"
PATIENCE = 120  # seconds of real time until the node counts as stuck
USERS = """{"3.0", [{"1.0", SCRIPT}], [{"1.0", SCRIPT}]}.
""".replace("SCRIPT", "[{update, drv_owner, {advanced, 3000}}, {update, drv_app, {advanced, []}, [drv_owner]}]")


def block(name):
    found = re.search(r"^```erlang\n(%% " + re.escape(name) + r"\b.*?)^```$", PAGE.read_text(), re.M | re.S)
    if not found:
        sys.exit(f"{PAGE.name} has no block that begins with '%% {name}'")
    return found[1]


def compile_erlang(source, into):
    subprocess.run(["erlc", "-Wall", "-Werror", "-o", str(into), str(source)], check=True)


def lay_out(root, drivers):
    owner = root / "drv_owner.erl"
    owner.write_text(block("drv_owner.erl"))
    for version, library in (("1.0", "ledger_v1.so"), ("2.0", "ledger_v2.so"), ("3.0", "ledger_v2.so")):
        ebin, priv = root / "lib" / f"drv-{version}" / "ebin", root / "lib" / f"drv-{version}" / "priv" / "lib"
        ebin.mkdir(parents=True)
        priv.mkdir(parents=True)
        shutil.copy(drivers / library, priv / "ledger.so")
        for source in (owner, HERE / "drv_app.erl"):
            compile_erlang(source, ebin)
        (ebin / "drv.app").write_text(
            f'{{application, drv, [{{description, "owns a driver"}}, {{vsn, "{version}"}}, {{registered, [drv_owner]}},\n'
            "  {modules, [drv_app, drv_owner]}, {applications, [kernel, stdlib]}, {mod, {drv_app, drv}}]}.\n")
    (root / "lib" / "drv-2.0" / "ebin" / "drv.appup").write_text(block("drv.appup"))
    (root / "lib" / "drv-3.0" / "ebin" / "drv.appup").write_text(USERS)
    for name in ("upgrade.script", "downgrade.script"):
        (root / name).write_text(block(name))
    compile_erlang(HERE / "owner_cases.erl", root)


def run_program(root):
    """The node in a group of its own: one that hangs is killed with all that it started."""
    node = subprocess.Popen(["erl", "-noshell", "-pa", str(root), "-s", "owner_cases", "main", str(root)],
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                            start_new_session=True, cwd=root, env={**os.environ, "HOME": str(root)})
    try:
        out, _ = node.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(node.pid, signal.SIGKILL)
        out, _ = node.communicate()
        out += f"the node did not end within {PATIENCE} seconds\n0 passed, 1 failed\n"
    return out, node.returncode


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--drivers", required=True, help="the folder of the compiled sample drivers")
    arguments = parser.parse_args()
    if not shutil.which("erl") or not shutil.which("erlc"):
        print("no erl here")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        lay_out(root, Path(arguments.drivers).resolve())
        out, code = run_program(root)
    print(out, end="")
    return 0 if code == 0 and re.search(r"^[1-9]\d* passed, 0 failed$", out, re.M) else 1


if __name__ == "__main__":
    sys.exit(main())
