"""Runs the cases of a file: functions marked with @case, each with a stage of its own in a temporary folder.

A stage is made from its folder and closed at the end; what close() gives, if anything, is wrong. The last line that is
printed is "N passed, N failed"; a case that the machine cannot run is neither, and is named with the reason.
"""
import argparse
import concurrent.futures
import os
import shutil
import tempfile
import traceback
from pathlib import Path


class Skip(Exception):
    """This machine cannot do it; the reason is printed."""


_cases = []
_notes = []


def case(function):
    _cases.append(function)
    return function


def not_sanitized(function):
    """Needs a driver's own memory or signals, which a sanitizer takes."""
    function.not_sanitized = True
    return function


def note(text):
    """Printed at the end: how something was done here."""
    _notes.append(text)


def options_of(doc):
    """--program, --drivers (both as whole paths), --filter, --sanitized, -j."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--drivers", required=True, type=lambda path: Path(path).resolve())
    parser.add_argument("--filter", default="")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("-j", type=int, default=max(2, os.cpu_count() or 1))
    return parser.parse_args()


def _run(function, make_stage):
    """What is wrong or None, and why it was left out or None."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="ddlltool-test-"))
    stage = make_stage(folder)
    wrong = skipped = None
    try:
        function(stage)
    except Skip as why:
        skipped = str(why)
    except Exception as e:  # whatever it is, the case has failed
        here = function.__code__.co_filename
        lines = ", ".join(str(f.lineno) for f in traceback.extract_tb(e.__traceback__) if f.filename == here)
        wrong = f"{type(e).__name__} (lines {lines}): {e}"
    left = stage.close()
    shutil.rmtree(folder, ignore_errors=True)
    return wrong or left, skipped


def run_cases(options, make_stage):
    """The exit code."""
    cases = [c for c in _cases if options.filter in c.__name__]
    notes = _notes
    if options.sanitized:
        notes += [f"{c.__name__}: left out, the sanitizer takes the signal or the memory" for c in cases if hasattr(c, "not_sanitized")]
        cases = [c for c in cases if not hasattr(c, "not_sanitized")]
    with concurrent.futures.ThreadPoolExecutor(options.j) as pool:
        results = list(zip(cases, pool.map(lambda function: _run(function, make_stage), cases)))
    passed = failed = 0
    for function, (wrong, skipped) in results:
        if wrong:
            failed += 1
            print(f"FAILED {function.__name__}\n{wrong}\n")
        elif skipped:
            notes.append(f"{function.__name__}: left out here: {skipped}")
        else:
            passed += 1
    for note in sorted(notes):
        print(note)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0
