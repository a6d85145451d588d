#!/usr/bin/env python3
"""ddlltool at a terminal: completion in the real shells, manual pages, --watch, progress, colours, shards.

Each case is a function below with a stage of its own, a temporary folder that is its home and runtime folder, too.
Nothing is judged by time, but everything has a limit.

usage: tests/cli/terminal.py --program BUILD/ddlltool --drivers BUILD/drivers [--filter TEXT] [-j N]
The last line is "N passed, N failed".
"""
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from cases import Skip, case, options_of, run_cases

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 600  # seconds of real time until a case counts as stuck: nothing that passes comes near, on any machine
PROGRAM = DRIVERS = None


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise Skip(f"no {program} here")


class Terminal:
    """A program in a terminal of its own, and all that it has written there."""

    def __init__(self, stage, *words, **environment):
        self.seen = b""
        self.at = 0  # what was expected so far ends here
        environment = {**stage.environment, "TERM": "xterm", **environment}
        self.fd, inside = pty.openpty()
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        self.process = subprocess.Popen(["setsid", "-c", *map(str, words)], cwd=stage.folder, env=environment, stdin=inside, stdout=inside, stderr=inside)
        os.close(inside)
        self.deadline = time.monotonic() + PATIENCE

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)
        self.process.kill()
        self.process.wait()

    def read(self):
        """False at the end."""
        ready, _, _ = select.select([self.fd], [], [], max(0, self.deadline - time.monotonic()))
        assert ready, f"waited in vain, the terminal shows {self.seen[self.at:]!r}"
        try:
            more = os.read(self.fd, 65536)
        except OSError:  # what a terminal says when its last program has gone
            more = b""
        self.seen += more
        return bool(more)

    def expect(self, pattern):
        """The match of the pattern in what comes next."""
        while True:
            found = re.search(pattern.encode(), self.seen[self.at:])
            if found:
                self.at += found.end()
                return found
            assert self.read(), f"ended without {pattern!r}: {self.seen!r}"

    def type(self, text):
        os.write(self.fd, text.encode())

    def end(self):
        """The exit code, when all is read."""
        while self.read():
            pass
        return self.process.wait(PATIENCE)


class Stage:
    def __init__(self, folder):
        self.folder = Path(folder)
        (self.folder / "run").mkdir(mode=0o700)
        left_out = ("NO_COLOR", "COLUMNS", "LINES", "CI_NODE_INDEX", "CI_NODE_TOTAL")
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("DDLLTOOL_", "XDG_", "GTEST_", "TEST_")) and k not in left_out}
        self.environment.update(XDG_RUNTIME_DIR=str(self.folder / "run"), XDG_STATE_HOME=str(self.folder / "state"), HOME=str(self.folder),
                                LC_ALL="C.UTF-8", TERM="dumb", PATH=f"{Path(PROGRAM).parent}:{os.environ['PATH']}")
        self.environment.setdefault("ASAN_OPTIONS", "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:detect_leaks=0")

    def do(self, *words, code=0, **environment):
        done = subprocess.run([PROGRAM, *map(str, words)], cwd=self.folder, env={**self.environment, **environment}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert code is None or done.returncode == code, f"exit code {code} was expected: {done}"
        return done

    def scenario(self, name, expect="{ok, loaded}", driver="counter.so"):
        """A scenario that loads a driver which lies beside it."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({
            "scenario": 1, "title": f"the story {path.stem}", "paths": {"Dir": "lib"}, "drivers": {"counter": {"v1": driver}},
            "processes": {"alice": {}},
            "steps": [{"install": "counter", "version": "v1", "into": "Dir"},
                      {"by": "alice", "call": "erl_ddll:try_load(Dir, counter, [])", "returns": expect}]}), encoding="utf-8")
        return path

    def driver(self, file="counter_v1.so", name="counter.so"):
        shutil.copyfile(DRIVERS / file, self.folder / name)

    def close(self):
        if (self.folder / "run" / "ddlltool").exists():
            self.do("session", "stop", code=None)


# --- completion ------------------------------------------------------------------------------------------------------

# What is typed, and what it has become after a Tab, without the blank that may follow.
TYPED = [
    ("ddlltool ru", "ddlltool run"),
    ("ddlltool run --verb", "ddlltool run --verbose"),
    ("ddlltool run --fail-on warn", "ddlltool run --fail-on warning"),
    ("ddlltool run --format=js", "ddlltool run --format=json"),
    ("ddlltool run --format text,js", "ddlltool run --format text,json"),
    ("ddlltool run --format junit=rep", "ddlltool run --format junit=report"),
    ("ddlltool run --format=text,junit=rep", "ddlltool run --format=text,junit=report"),
    ("ddlltool run -q sto", "ddlltool run -q stories/"),
    ("ddlltool run stories/on", "ddlltool run stories/one.json"),
    ("ddlltool inspect --fail-on never cou", "ddlltool inspect --fail-on never counter.so"),
    ("ddlltool run --driver-path st", "ddlltool run --driver-path stories/"),
    ("ddlltool session exp", "ddlltool session export"),
    ("ddlltool session export --forc", "ddlltool session export --force"),
    ("ddlltool help sess", "ddlltool help session"),
    ("ddlltool explain dso-nodel", "ddlltool explain dso-nodelete-flag"),
    ("ddlltool explain pending_p", "ddlltool explain pending_process"),
    ("ddlltool info counter port_c", "ddlltool info counter port_count"),
]
# ... while a session runs with the driver counter of alice and the port P1 of bob.
TYPED_IN_A_SESSION = [
    ("ddlltool why cou", "ddlltool why counter"),
    ("ddlltool close P", "ddlltool close P1"),
    ("ddlltool control P1 1 x --as bo", "ddlltool control P1 1 x --as bob"),
    ("ddlltool status --session def", "ddlltool status --session default"),
]


def files_to_complete(s):
    (s.folder / "stories").mkdir()
    (s.folder / "stories" / "one.json").touch()
    (s.folder / "stories" / "one.txt").touch()
    (s.folder / "counter.so").touch()
    (s.folder / "counter.c").touch()
    (s.folder / "report").touch()


def session_to_complete(s):
    (s.folder / "live").mkdir()
    s.driver(name="live/counter.so")
    s.do("load", "live", "counter", "--as", "alice")
    s.do("open", "counter", "--as", "bob")


def interactive(s, t, begin, table):
    """Types each line, presses Tab, and has the shell show what the line is now."""
    t.type(begin + "; echo BEG''UN\r")
    t.expect("BEGUN\r*\n")
    for typed, expected in table:
        # Tab; to the begin of the line, in front of which comes an echo; to its end, where a dot shows blanks.
        t.type(typed + "\t\x01echo ANS''WER \x05.\r")
        answer = t.expect(r"ANSWER ([^\r\n]*)\.\r*\n").group(1).decode()
        assert answer.rstrip(" /") == expected.rstrip("/"), f"{typed!r} became {answer!r}"


@case
def bash_completes(s):
    need("bash")
    files_to_complete(s)
    with Terminal(s, "bash", "--norc", "--noprofile", "-i") as t:
        interactive(s, t, 'eval "$(ddlltool completions bash)"', TYPED)
    session_to_complete(s)
    with Terminal(s, "bash", "--norc", "--noprofile", "-i") as t:
        interactive(s, t, 'eval "$(ddlltool completions bash)"', TYPED_IN_A_SESSION)
        t.type("ddlltool session \t\t")
        t.expect("export +list +start +stop")


@case
def bash_completion_loads_the_installed_file(s):
    need("bash")
    if not Path("/usr/share/bash-completion/bash_completion").exists():
        raise Skip("no bash-completion here")
    folder = s.folder / "share" / "bash-completion" / "completions"
    folder.mkdir(parents=True)
    (folder / "ddlltool").write_text(s.do("completions", "bash").stdout, encoding="utf-8")
    files_to_complete(s)
    with Terminal(s, "bash", "--norc", "--noprofile", "-i", XDG_DATA_HOME=str(s.folder / "share")) as t:
        interactive(s, t, "source /usr/share/bash-completion/bash_completion", TYPED)


@case
def bash_function_answers_a_script(s):
    need("bash")
    script = """eval "$(ddlltool completions bash)"
        COMP_WORDS=(ddlltool run --format = js) COMP_CWORD=4 COMP_LINE='ddlltool run --format=js' COMP_POINT=24; _ddlltool; echo "${COMPREPLY[*]}"
        COMP_WORDS=(ddlltool run --fail-on '') COMP_CWORD=3 COMP_LINE='ddlltool run --fail-on ' COMP_POINT=23; _ddlltool; echo "${COMPREPLY[*]}"
        COMP_WORDS=(ddlltool nonsense '') COMP_CWORD=2 COMP_LINE='ddlltool nonsense ' COMP_POINT=18; _ddlltool; echo "${COMPREPLY[*]}"
        """
    done = subprocess.run(["bash", "--norc", "-c", script], env=s.environment, cwd=s.folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
    assert done.stdout == "json\nerror warning note never\n\n" and not done.stderr, done


@case
def zsh_completes(s):
    need("zsh")
    files_to_complete(s)
    begin = "PROMPT='> '; bindkey -e; autoload -Uz compinit; compinit -u -D; "
    with Terminal(s, "zsh", "-f", "-i") as t:
        interactive(s, t, begin + 'eval "$(ddlltool completions zsh)"', TYPED)
    session_to_complete(s)
    # As it is installed: a file in a folder of $fpath.
    (s.folder / "fpath").mkdir()
    (s.folder / "fpath" / "_ddlltool").write_text(s.do("completions", "zsh").stdout, encoding="utf-8")
    with Terminal(s, "zsh", "-f", "-i") as t:
        interactive(s, t, "fpath=($HOME/fpath $fpath); " + begin, [*TYPED, *TYPED_IN_A_SESSION])
        t.type("ddlltool session \t\t")
        t.expect("export +-- what was done")


@case
def fish_completes(s):
    need("fish")
    files_to_complete(s)
    session_to_complete(s)
    # As it is installed: a file in a folder that fish looks through.
    folder = s.folder / ".config" / "fish" / "completions"
    folder.mkdir(parents=True)
    (folder / "ddlltool.fish").write_text(s.do("completions", "fish").stdout, encoding="utf-8")
    table = [*TYPED, *TYPED_IN_A_SESSION]
    script = "".join(f"echo '=== {typed}'; complete -C'{typed}'\n" for typed, _ in table)
    done = subprocess.run(["fish", "-c", script], env=s.environment, cwd=s.folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
    answers = done.stdout.split("=== ")[1:]
    assert len(answers) == len(table) and not done.stderr, done
    for (typed, expected), answer in zip(table, answers):
        words = [line.split("\t")[0] for line in answer.splitlines()[1:]]
        assert words == [expected.split(" ")[-1]], f"{typed!r} became {words}"
    assert "run\tplay scenario files" in answers[0], answers[0]


@case
def completing_starts_no_session(s):
    for words in (["why", ""], ["close", ""], ["load", "live", ""], ["receive", "--as", ""], ["status", "--session", ""]):
        done = s.do("completions", "words", "--", *words)
        assert done.stdout == "words\t\t\n" and not done.stderr, done
    assert not list((s.folder / "run").rglob("*.sock")) and not list((s.folder / "run").rglob("*.lock"))


@case
def drivers_to_load_are_those_of_the_folder(s):
    (s.folder / "lib").mkdir()
    for name in ("beta.so", "alpha.so", "notes.txt"):
        (s.folder / "lib" / name).touch()
    assert s.do("completions", "words", "--", "load", "lib", "").stdout == "words\t\t\nalpha\tlib/alpha.so\nbeta\tlib/beta.so\n"


@case
def every_word_completes_somehow(s):
    """No half-typed line makes it fail or complain."""
    lines = [["run", "--format", ""], ["run", "--format="], ["run", "--jobs"], ["run", "-j"], ["run", "--", "-"], ["--"], [""], ["-"], [],
             ["session", "--he"], ["session", "nonsense", ""], ["session", "start", "--idle", ""], ["open", "a", "b", "c", "d", ""],
             ["explain", "{error,"], ["help", "session", "st"], ["run", "--format", ",,=,"], ["run", "--nonsense=", ""], ["\xff\t", ""],
             ["completions", "words", "--", "completions", ""], ["man", "ru"], ["exit", "--to", ""]]
    for words in lines:
        done = s.do("completions", "words", "--", *words)
        assert re.match(r"(words|files|folders)\t[^\t\n]*\t[^\t\n]*\n", done.stdout) and not done.stderr, (words, done)
    assert s.do("completions", "words", "--", "help", "session", "st").stdout.count("\n") == 3
    assert s.do("completions", "words", "--", "--").stdout == "words\t\t\n--help\t\n--version\t\n"


# --- manual pages ----------------------------------------------------------------------------------------------------


@case
def manual_pages_are_right(s):
    need("mandoc", "groff")
    script = ROOT / "scripts" / "man-pages"
    subprocess.run([script, "--program", PROGRAM, s.folder / "man"], check=True, timeout=PATIENCE)
    names = [line.split(" ")[0] for line in s.do("man", "--list").stdout.splitlines()]
    pages = sorted((s.folder / "man").iterdir())
    assert [p.name for p in pages] == sorted(f"{name}.1" for name in names) and len(pages) > 30, pages
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert lint.returncode == 0 and not lint.stdout and not lint.stderr, lint
    for page in pages:
        groff = subprocess.run(["groff", "-man", "-ww", "-z", "-Tutf8", page], capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert groff.returncode == 0 and not groff.stderr, (page, groff)


def as_read(page):
    shown = subprocess.run(["mandoc", "-T", "ascii", "-O", "width=500"], input=page, capture_output=True, text=True, timeout=PATIENCE, check=True)
    return re.sub(r".\x08", "", shown.stdout)


@case
def manual_pages_say_what_help_says(s):
    need("mandoc")
    for line in s.do("man", "--list").stdout.splitlines()[1:]:
        words = line.split(" ")[1:]
        page, help_text = as_read(s.do("man", *words).stdout), s.do(*words, "--help").stdout
        options = set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", help_text, re.M)) if "Options:" in help_text else set()
        for option in options:
            assert re.search(rf"^ +(-\w, )?{option}\b", page, re.M), f"{line}: {option} is not in\n{page}"
        examples = re.search(r"^examples:\n(.*?)(\n\n|\Z)", help_text, re.M | re.S)
        if examples:
            for example in examples.group(1).splitlines():
                assert " ".join(example.split()) in " ".join(page.split()), f"{line}: {example} is not in\n{page}"
    page = as_read(s.do("man").stdout)
    for command in re.findall(r"^  ([a-z]+) +\S", s.do("--help").stdout, re.M):
        assert command == "ddlltool" or re.search(rf"^ +{command}\b", page, re.M), command


# --- watching --------------------------------------------------------------------------------------------------------


class Watcher(Terminal):
    def waits(self):
        self.expect("watch: waiting for a change")

    def ran(self):
        return len(re.findall(rb"\d+ passed, \d+ failed", self.seen))

    def interrupt(self):
        self.type("\x03")
        return self.end()


def replace(path, data):
    """As an editor or a linker does: written elsewhere, renamed into place."""
    new = path.with_suffix(".new")
    new.write_bytes(data)
    new.rename(path)


@case
def watching_runs_a_changed_scenario_again(s):
    s.driver()
    scenario = s.scenario("story.json")
    good = scenario.read_bytes()
    with Watcher(s, PROGRAM, "run", "--watch", "story.json") as t:
        t.expect("1 passed, 0 failed")
        t.waits()
        scenario.write_bytes(good.replace(b"{ok, loaded}", b"{error, x}"))
        t.expect("story.json has changed")
        t.expect("0 passed, 1 failed")
        t.waits()
        (s.folder / "something.else").write_text("not watched", encoding="utf-8")
        replace(scenario, b"{ not JSON yet")
        t.expect("1 unusable")
        t.waits()
        scenario.unlink()
        t.expect("cannot read story.json")
        t.waits()
        replace(scenario, good)
        t.expect("1 passed, 0 failed")
        t.waits()
        replace(scenario, good.replace(b"{ok, loaded}", b"{error, x}"))
        t.expect("0 passed, 1 failed")
        t.waits()
        assert (code := t.interrupt()) == 1, (code, t.seen)  # that of the last one
        assert t.ran() == 6, t.seen


@case
def watching_waits_until_a_driver_is_whole(s):
    s.driver()
    s.scenario("story.json")
    driver, data = s.folder / "counter.so", (DRIVERS / "counter_v1.so").read_bytes()
    with Watcher(s, PROGRAM, "run", "--watch", "story.json") as t:
        t.waits()
        # Replaced as a linker does it.
        replace(driver, data)
        t.expect("counter.so has changed")
        t.expect("1 passed, 0 failed")
        t.waits()
        # Half of it, and nobody knows when the rest comes.
        driver.write_bytes(data[:len(data) // 2])
        t.expect(r"counter\.so.*\(waiting until it is a driver library\)")
        driver.write_bytes(b"/* no ELF at all */")
        t.expect(r"counter\.so.*\(waiting until it is a driver library\)")
        driver.unlink()
        t.expect(r"cannot read .*counter\.so.*\(waiting until it is a driver library\)|there is no file counter\.so")
        replace(driver, data)
        t.expect("1 passed, 0 failed")
        t.waits()
        # Written slowly by somebody who has it open all the time.
        with open(driver, "wb") as out:
            for at in range(0, len(data), len(data) // 8 + 1):
                out.write(data[at:at + len(data) // 8 + 1])
                out.flush()
        t.expect("1 passed, 0 failed")
        t.waits()
        assert (code := t.interrupt()) == 0, (code, t.seen)
        assert b" 1 failed" not in t.seen and b"a bug" not in t.seen.lower(), t.seen


@case
def watching_a_folder_sees_what_comes_and_goes(s):
    s.driver(name="counter.so")
    (s.folder / "tests").mkdir()
    with Watcher(s, PROGRAM, "run", "--watch", "--driver-path", ".", "--format", "text,json=tests/report.json", "tests") as t:
        t.expect("nothing was played")  # what it writes itself is no scenario
        t.waits()
        s.scenario("tests/first.json")
        t.expect("1 passed, 0 failed")
        t.waits()
        s.scenario("tests/deeper/second.json")
        t.expect("second.json has changed")
        t.expect("2 passed")
        t.waits()
        s.scenario("tests/deeper/third.json")  # in a folder that came later
        t.expect("third.json has changed")
        t.expect("3 passed")
        t.waits()
        shutil.rmtree(s.folder / "tests" / "deeper")
        t.expect("1 passed")
        t.waits()
        ran = t.ran()
        s.scenario("tests/first.json", expect="{error, x}")
        t.expect("1 failed")
        t.waits()
        # The report that is written into the folder is no reason to run again.
        assert t.ran() == ran + 1, t.seen
        assert t.interrupt() == 1 and b"unusable" not in t.seen, t.seen


@case
def watching_without_a_terminal(s):
    s.driver()
    s.scenario("story.json")
    with subprocess.Popen([PROGRAM, "run", "-q", "--watch", "story.json"], cwd=s.folder, env=s.environment, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        assert "waiting for a change" in process.stderr.readline()
        s.scenario("story.json", expect="{error, x}")
        assert "story.json has changed" in process.stderr.readline()
        assert "waiting for a change" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 1 and out.startswith("1 passed, 0 failed\n") and out.endswith("0 passed, 1 failed\n"), (process.returncode, out)


@case
def an_interrupt_while_running_ends_watching(s):
    shutil.copy(ROOT / "tests/scenarios/failing/hang.json", s.folder)
    s.driver("hang.so", "hang.so")
    process = subprocess.Popen([PROGRAM, "run", "--watch", "--timeout", "10min", "hang.json"], cwd=s.folder, env=s.environment,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and not children.read_text(encoding="ascii").strip():
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and out.rstrip().endswith("(interrupted)") and "waiting for" not in err, (process.returncode, out, err)


@case
def watching_follows_a_link_that_is_switched(s):
    s.driver()
    s.scenario("release-1/tests/story.json", driver="../../counter.so")
    s.scenario("release-2/tests/story.json", driver="../../counter.so", expect="{error, x}")
    link = s.folder / "current"

    def switch(to):
        new = s.folder / "current.new"
        new.symlink_to(to)
        new.rename(link)

    switch("release-1")
    for what in ("current/tests/story.json", "current/tests"):
        with Watcher(s, PROGRAM, "run", "--watch", what) as t:
            t.expect("1 passed, 0 failed")
            t.waits()
            switch("release-2")
            t.expect("0 passed, 1 failed")
            t.waits()
            link.unlink()
            t.expect("cannot read|nothing was played")
            t.waits()
            switch(s.folder / "release-1")
            t.expect("1 passed, 0 failed")
            t.waits()
            assert (code := t.interrupt()) == 0, (code, t.seen)


@case
def check_watches_too(s):
    s.driver("counter_v1.so")
    with Watcher(s, PROGRAM, "check", "--watch", "--strictness", "1", "counter.so") as t:
        t.expect("SAFE")
        t.waits()
        (s.folder / "counter.so").write_bytes(b"\x7fELF, and the rest comes later")
        t.expect(r"counter\.so.*\(waiting until it is a driver library\)")
        replace(s.folder / "counter.so", (DRIVERS / "counter_v2.so").read_bytes())
        t.expect("SAFE")
        t.waits()
        assert (code := t.interrupt()) == 0, (code, t.seen)


# --- progress --------------------------------------------------------------------------------------------------------


@case
def progress_shows_itself_and_goes_away(s):
    s.driver()
    for n in range(40):
        s.scenario(f"many/{n:02}.json", driver="../counter.so")
    with Terminal(s, PROGRAM, "run", "-j1", "many") as t:
        assert t.end() == 0
    drawn = re.findall(rb"\r(\d+)/40 played[^\r]*?\x1b\[K", t.seen)
    assert drawn and [int(n) for n in drawn] == sorted({int(n) for n in drawn}), t.seen
    # Gone before the report begins.
    assert re.search(rb"\x1b\[K\r\x1b\[K(PASSED|passed|ok)|\r\x1b\[K[^\r]", t.seen), t.seen
    assert b"played" not in t.seen[t.seen.rindex(b"\r\x1b[K"):], t.seen
    with Terminal(s, PROGRAM, "run", "-q", "-j1", "many") as t:
        assert t.end() == 0 and b"\x1b[K" not in t.seen, t.seen
    done = s.do("run", "-j1", "many")
    assert not done.stderr and "\r" not in done.stdout, done


@case
def progress_of_verify(s):
    need("erl")
    s.driver()
    for n in range(2):
        s.scenario(f"many/{n}.json", driver="../counter.so")
    with Terminal(s, PROGRAM, "verify", "-j1", "many") as t:
        assert t.end() == 0, t.seen
    assert b"/2 judged" in t.seen and b"/2 judged" not in t.seen[t.seen.rindex(b"\r\x1b[K"):], t.seen
    with Terminal(s, PROGRAM, "verify", "-q", "-j1", "many") as t:
        assert t.end() == 0 and b"/2 judged" not in t.seen, t.seen


# --- colours ---------------------------------------------------------------------------------------------------------


@case
def colours_follow_the_environment_and_the_option(s):
    s.driver()
    s.scenario("story.json")
    s.do("report", "merge", s.folder / "nothing.json", code=3)
    s.do("run", "--format", "json=part.json", "story.json")
    shutil.copyfile(ROOT / "tests/fuzz/corpus/elf_facts/good-driver", s.folder / "tiny.so")
    failed = json.loads((s.folder / "part.json").read_text(encoding="utf-8"))
    failed["scenarios"][0]["verdict"] = "failed"
    (s.folder / "failed.json").write_text(json.dumps(failed), encoding="utf-8")
    session_to_complete(s)
    for command in (["run", "--story", "story.json"], ["inspect", "tiny.so"], ["check", "--strictness", "1", "counter.so"], ["status"], ["why", "counter"],
                    ["report", "merge", "failed.json"]):
        for environment, option, colored in (({}, [], True), ({"NO_COLOR": "1"}, [], False), ({"NO_COLOR": ""}, [], True), ({"TERM": "dumb"}, [], False),
                                             ({"NO_COLOR": "1"}, ["--color", "always"], True), ({}, ["--color", "never"], False),
                                             ({"NO_COLOR": "1"}, ["--color", "auto"], False)):
            with Terminal(s, PROGRAM, *command, *option, **environment) as t:
                t.end()
            assert bool(re.search(rb"\x1b\[[0-9;]+m", t.seen)) == colored, (command, environment, option, t.seen)


# --- what was meant --------------------------------------------------------------------------------------------------


@case
def a_session_names_what_was_meant(s):
    session_to_complete(s)
    for words, text in ((["load", "lve", "counter"], "load: there is no lve (did you mean live?)"),
                        (["load", "live", "conter"], "load: there is no live/conter.so (did you mean live/counter.so?)"),
                        (["install", "live/conter.so", "live"], "there is no live/conter.so (did you mean live/counter.so?)"),
                        (["why", "conter"], "did you mean counter?"), (["status", "--session", "defalt"], "did you mean default?")):
        done = s.do(*words, code=None)
        assert done.returncode != 0 and text in done.stderr, done
    assert not s.do("load", "live", "counter").stderr


# --- many machines ---------------------------------------------------------------------------------------------------


def many_scenarios(s, count):
    s.driver()
    for n in range(count):
        s.scenario(f"stories/{n:02}.json", driver="../counter.so", expect="{ok, loaded}" if n % 7 else "{error, x}")


def shard(s, index, count, report=None, code=None):
    """The files that fell to it."""
    report = report or s.folder / f"{index}-{count}.json"
    s.do("run", "--shard", f"{index}/{count}", "--format", f"json={report}", "stories", code=code)
    return [one["file"] for one in json.loads(Path(report).read_text(encoding="utf-8"))["scenarios"]]


@case
def shards_put_together_are_the_whole(s):
    many_scenarios(s, 20)
    s.do("run", "--format", "json=whole.json,junit=whole.xml", "stories", code=1)
    parts = [shard(s, i, 3) for i in (1, 2, 3)]
    assert sorted(sum(parts, [])) == sorted(f"stories/{n:02}.json" for n in range(20)) and all(parts), parts
    done = s.do("report", "merge", "--format", "text,json=merged.json,junit=merged.xml", "3-3.json", "1-3.json", "2-3.json", code=1)
    assert (s.folder / "merged.json").read_bytes() == (s.folder / "whole.json").read_bytes()
    assert done.stdout.endswith("17 passed, 3 failed\n") and done.stdout.count("stories/") == 3 and not done.stderr, done
    whole, merged = (ElementTree.parse(s.folder / f"{name}.xml").getroot() for name in ("whole", "merged"))
    assert merged.attrib == whole.attrib and [c.attrib for c in merged.iter("testcase")] == [c.attrib for c in whole.iter("testcase")]
    assert [f.attrib for f in merged.iter("failure")] == [f.attrib for f in whole.iter("failure")]


@case
def a_new_scenario_moves_no_other(s):
    many_scenarios(s, 12)
    before = [set(shard(s, i, 4)) for i in (1, 2, 3, 4)]
    s.scenario("stories/000-first.json", driver="../counter.so")
    after = [set(shard(s, i, 4)) for i in (1, 2, 3, 4)]
    assert sum(len(a - b) for a, b in zip(after, before)) == 1 and all(b <= a for a, b in zip(after, before)), (before, after)
    # However the folder is called.
    whole = s.do("run", "--shard", "2/4", "--list", s.folder / "stories").stdout
    assert {f"stories/{Path(line.split()[0]).name}" for line in whole.splitlines()} == after[1], whole


@case
def runners_tell_shards_in_the_environment(s):
    many_scenarios(s, 9)
    expected = {i: set(shard(s, i, 2)) for i in (1, 2)}

    def listed(**environment):
        return {line.split()[0] for line in s.do("run", "--list", "stories", code=None, **environment).stdout.splitlines()}

    assert listed(GTEST_TOTAL_SHARDS="2", GTEST_SHARD_INDEX="0") == expected[1]
    assert listed(CI_NODE_TOTAL="2", CI_NODE_INDEX="1") == expected[1]
    assert listed(CI_NODE_TOTAL="1") == expected[1] | expected[2]
    status = s.folder / "status"
    assert listed(TEST_TOTAL_SHARDS="2", TEST_SHARD_INDEX="1", TEST_SHARD_STATUS_FILE=str(status)) == expected[2] and status.exists()
    # The option wins; of the environment Bazel's, then GoogleTest's.
    both = dict(TEST_TOTAL_SHARDS="2", TEST_SHARD_INDEX="1", CI_NODE_TOTAL="2", CI_NODE_INDEX="1")
    assert listed(**both) == expected[2]
    assert {line.split()[0] for line in s.do("run", "--shard", "1/1", "--list", "stories", **both).stdout.splitlines()} == expected[1] | expected[2]
    for environment, text in (({"GTEST_TOTAL_SHARDS": "2", "GTEST_SHARD_INDEX": "2"}, "GTEST_SHARD_INDEX=2: must be 0 to 1"),
                              ({"GTEST_TOTAL_SHARDS": "2"}, "GTEST_SHARD_INDEX is missing"), ({"CI_NODE_INDEX": "1"}, "CI_NODE_TOTAL is missing"),
                              ({"CI_NODE_TOTAL": "2", "CI_NODE_INDEX": "0"}, "must be 1 to 2"), ({"TEST_TOTAL_SHARDS": "x", "TEST_SHARD_INDEX": "0"}, "must be 1 to"),
                              ({**both, "TEST_SHARD_STATUS_FILE": "/no/such/folder/file"}, "cannot be written")):
        done = s.do("run", "stories", code=2, **environment)
        assert text in done.stderr, done


@case
def a_shard_without_scenarios_is_no_failure(s):
    many_scenarios(s, 2)
    empty = next(i for i in range(1, 9) if not shard(s, i, 8))
    done = s.do("run", "--shard", f"{empty}/8", "stories")
    assert done.stdout == "0 passed, 0 failed\n" and done.stderr == f"shard {empty}/8: 0 of 2 scenarios\n", done
    assert s.do("run", "-q", "--shard", f"{empty}/8", "stories").stderr == ""


@case
def merging_tells_what_is_missing_and_what_is_there_twice(s):
    many_scenarios(s, 12)
    for i in (1, 2, 3):
        shard(s, i, 3)
    done = s.do("report", "merge", "--format", "json=merged.json", "1-3.json", "3-3.json", code=1)
    assert "missing: shard 2/3" in done.stderr and "of 12 scenarios are there" in done.stderr and " passed" in done.stderr, done
    merged = json.loads((s.folder / "merged.json").read_text(encoding="utf-8"))
    assert merged["merged"]["complete"] is False and merged["merged"]["parts"] == 2, merged["merged"]
    shutil.copy(s.folder / "2-3.json", s.folder / "again.json")
    done = s.do("report", "merge", "1-3.json", "2-3.json", "3-3.json", "again.json", code=1)
    assert "shard 2/3 is there twice, in 2-3.json and again.json" in done.stderr and "10 passed, 2 failed" in done.stdout, done
    shard(s, 1, 2)
    for words, text in ((["1-3.json", "1-2.json"], "is one of 2 shards, and 1-3.json one of 3"), (["1-3.json", "merged.json"], "merged.json: is the whole of a run"),
                        (["stories/00.json"], "is no JSON report of ddlltool run"), (["1-4.json"], "did you mean 1-"), (["counter.so"], "is no JSON")):
        done = s.do("report", "merge", *words, code=3)
        assert text in done.stderr, done
    # A repetition of one machine's part that went better: the worse one counts.
    report = json.loads((s.folder / "1-3.json").read_text(encoding="utf-8"))
    for one in report["scenarios"]:
        one["verdict"] = "crashed"
    (s.folder / "worse.json").write_text(json.dumps(report), encoding="utf-8")
    s.do("report", "merge", "1-3.json", "2-3.json", "3-3.json", "worse.json", code=4)


# --- all of them -----------------------------------------------------------------------------------------------------


def main():
    global PROGRAM, DRIVERS
    options = options_of(__doc__)
    PROGRAM, DRIVERS = options.program, options.drivers
    return run_cases(options, Stage)


if __name__ == "__main__":
    sys.exit(main())
