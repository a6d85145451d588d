#!/usr/bin/env python3
"""Builds the example projects of this folder with an installed ddlltool, as a user does, and breaks them.

`cmake --install` puts ddlltool into a folder of its own; that is all the projects know of it. Each is built and tested
as its README line in docs/ci.md says; then its driver gets a mistake, and the same command must fail for the right reason.

usage: tests/integration/run.py --build BUILD [--filter TEXT]
The last line is "N passed, N failed". A case whose tool is not installed says so and counts as neither; exit code 77
when no case could be played.
"""
import argparse
import sys

sys.dont_write_bytecode = True # the source folder stays as it is

import ci_cases  # noqa: E402
import package_cases  # noqa: E402
import project_cases  # noqa: E402
from sandbox import Sandbox, play  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", required=True, help="the build folder")
    parser.add_argument("--filter", default="")
    options = parser.parse_args()
    sandbox = Sandbox(options.build)
    try:
        return play([*project_cases.CASES, *package_cases.CASES, *ci_cases.CASES], sandbox, options.filter)
    finally:
        sandbox.close()


if __name__ == "__main__":
    sys.exit(main())
