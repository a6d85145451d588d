"""A folder in which nothing but an installed ddlltool is known: for run.py and journey.py."""
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PATIENCE = 300  # seconds of real time until a command counts as stuck


class Skipped(Exception):
    """The case cannot be played here; the text names what is missing."""


class Done:
    def __init__(self, command, code, output):
        self.command, self.code, self.output = command, code, output

    def must(self, code=0, *texts):
        """The exit code, and what the output must contain."""
        if self.code != code:
            raise AssertionError(f"exit code {self.code} instead of {code}: {self.command}\n{self.output}")
        for text in texts:
            if text not in self.output:
                raise AssertionError(f"no {text!r} in what this says: {self.command}\n{self.output}")
        return self


class Sandbox:
    def __init__(self, build):
        self.build = Path(build).resolve()
        self.folder = Path(tempfile.mkdtemp(prefix="ddlltool-integration-")).resolve()
        self.prefix = self.folder / "prefix"
        self.home = self.folder / "home"
        self.home.mkdir()
        self.counted = 0
        install = self.run(["cmake", "--install", self.build, "--prefix", self.prefix, "--strip"], cwd=self.folder)
        if install.code != 0:
            raise AssertionError(install.output)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    def environment(self, path=None):
        """The user's, but for everything that could lead to the build folder, to other projects or into the net."""
        keep = ("LANG", "LC_ALL", "TMPDIR", "CC", "CXX", "USER", "LOGNAME", "SHELL")
        env = {name: os.environ[name] for name in keep if name in os.environ}
        places = [p for p in os.environ.get("PATH", os.defpath).split(os.pathsep) if p and not Path(p, "ddlltool").exists()]
        env["PATH"] = os.pathsep.join([str(path or self.prefix / "bin"), *places])
        env.update(HOME=str(self.home), HEX_OFFLINE="1", http_proxy="http://127.0.0.1:9", https_proxy="http://127.0.0.1:9",
                   CLICOLOR="0", TERM="dumb")
        env.setdefault("LC_ALL", "C.UTF-8")
        return env

    def run(self, command, cwd=None, env=None, path=None):
        """A list, or a text for the shell."""
        words = ["bash", "-euo", "pipefail", "-c", command] if isinstance(command, str) else [str(word) for word in command]
        full = dict(self.environment(path), **(env or {}))
        done = subprocess.run(words, cwd=cwd or self.folder, env=full, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=PATIENCE, check=False)
        shown = command if isinstance(command, str) else " ".join(words)
        return Done(shown, done.returncode, done.stdout.decode("utf-8", "backslashreplace"))

    def fresh(self, name):
        self.counted += 1
        folder = self.folder / f"{self.counted}-{name}"
        folder.mkdir()
        return folder

    def copy(self, example):
        """A copy of an example project, to build in."""
        folder = self.fresh(example) / example
        shutil.copytree(HERE / example, folder)
        return folder


def need(*tools):
    missing = [tool for tool in tools if shutil.which(tool) is None]
    if missing:
        raise Skipped(f"there is no {', no '.join(missing)} here")


def play(cases, sandbox, only):
    """Runs the cases; the last line is "N passed, N failed". Exit code 77 when none could be played."""
    passed = failed = skipped = 0
    for case in cases:
        name = case.__name__
        if only not in name:
            continue
        try:
            case(sandbox)
        except Skipped as why:
            print(f"skipped  {name}: {why}")
            skipped += 1
        except (AssertionError, OSError, ValueError, KeyError, subprocess.SubprocessError) as trouble:
            print(f"FAILED   {name}: {trouble}")
            failed += 1
        else:
            print(f"passed   {name}")
            passed += 1
        sys.stdout.flush()
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if failed:
        return 1
    return 77 if passed == 0 else 0
