#!/usr/bin/env python3
"""Sessions as their users meet them: the real executable, called again and again, killed, raced and lied to.

Each case is a function below with a stage of its own: a temporary folder that is its runtime folder, too, so that cases
run side by side and find no session but theirs. When a case ends, so do its sessions; one that leaves a process behind
has failed. Nothing is judged by time, but everything has a limit.

usage: tests/cli/session.py --program BUILD/ddlltool --drivers BUILD/drivers [--filter TEXT] [--sanitized] [-j N]
       --sanitized  the program has sanitizers in it: cases that need a driver's own memory or signals are left out
The last line is "N passed, N failed".
"""
import contextlib
import ctypes
import json
import os
import pty
import re
import resource
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

from cases import Skip, case, not_sanitized, note, options_of, run_cases

PATIENCE = 600  # seconds of real time until a case counts as stuck: nothing that passes comes near, on any machine
NOBODY = 65534
PROGRAM = DRIVERS = None


def until(what, condition):
    """What the condition gives, once it gives something."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.01)


class Done:
    """A command that has ended."""

    def __init__(self, arguments, code, out, err):
        self.arguments, self.code, self.out, self.err = arguments, code, out, err

    def __repr__(self):
        return f"$ ddlltool {' '.join(self.arguments)}\nexit code {self.code}\n{self.out}--- stderr\n{self.err}"

    def has(self, *texts):
        for text in texts:
            assert text in self.out, f"{text!r} is not in\n{self!r}"
        return self

    def complains(self, *texts):
        for text in texts:
            assert text in self.err, f"{text!r} is not on stderr in\n{self!r}"
        return self

    def json(self):
        return json.loads(self.out)


class Stage:
    def __init__(self, folder):
        self.folder = Path(folder)
        self.runtime = self.folder / "run"
        self.runtime.mkdir(mode=0o700)
        self.live = self.folder / "live"
        self.live.mkdir()
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith("DDLLTOOL_") and k not in ("NO_COLOR", "COLUMNS")}
        self.environment.update(XDG_RUNTIME_DIR=str(self.runtime), XDG_STATE_HOME=str(self.folder / "state"), HOME=str(self.folder),
                                LC_ALL="C.UTF-8", TERM="dumb")
        self.environment.setdefault("ASAN_OPTIONS", "handle_segv=0:handle_sigbus=0:handle_abort=0:handle_sigill=0:handle_sigfpe=0:detect_leaks=0")

    # --- commands

    def start(self, *arguments, environment=None, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("cwd", self.folder)
        return subprocess.Popen([PROGRAM, *map(str, arguments)], env={**self.environment, **(environment or {})},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    @staticmethod
    def end(process, stdin=None):
        try:
            out, err = process.communicate(stdin, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            raise AssertionError(f"did not end: {process.args}\n{out!r}\n{err!r}") from None
        return Done(process.args[1:], process.returncode, out.decode("utf-8", "backslashreplace"), err.decode("utf-8", "backslashreplace"))

    def do(self, *arguments, code=0, stdin=None, **options):
        if stdin is not None:
            options["stdin"] = subprocess.PIPE
        done = self.end(self.start(*arguments, **options), None if stdin is None else stdin.encode())
        assert code is None or done.code == code, f"exit code {code} was expected\n{done!r}"
        return done

    def json(self, *arguments, code=0, **options):
        return self.do(*arguments, "--format", "json", code=code, **options).json()

    def shell(self, text, *arguments, code=0):
        return self.do("shell", *arguments, stdin=text, code=code)

    # --- drivers

    def put(self, file, name, folder=None):
        target = (folder or self.live) / f"{name}.so"
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".new")
        shutil.copyfile(DRIVERS / file, temporary)
        temporary.rename(target)
        return target

    def load(self, name, file=None, user="alice", **options):
        self.put(file or f"{name}.so", name)
        return self.do("load", self.live, name, "--as", user, **options)

    def counter_with_port(self):
        self.load("counter", "counter_v1.so")
        self.do("open", "counter", "--as", "bob")

    # --- sessions

    def server(self, session="default"):
        return self.json("status", "--session", session, code=None)["server"]

    def child(self):
        children = Path(f"/proc/{self.server()}/task/{self.server()}/children").read_text(encoding="ascii").split()
        return int(children[0])

    def socket(self, session="default"):
        return self.runtime / "ddlltool" / f"{session}.sock"

    def raw(self, session="default"):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(PATIENCE)
        client.connect(str(self.socket(session)))
        return client

    def processes(self):
        """All processes that were started with this stage's runtime folder and still run."""
        mark = f"XDG_RUNTIME_DIR={self.runtime}".encode()
        found = []
        for folder in Path("/proc").iterdir():
            if not folder.name.isdigit() or int(folder.name) == os.getpid():
                continue
            with contextlib.suppress(OSError):
                if mark in (folder / "environ").read_bytes().split(b"\0") and " Z " not in (folder / "stat").read_text():
                    found.append(int(folder.name))
        return found

    def kill(self, pid):
        os.kill(pid, signal.SIGKILL)
        until(f"{pid} is gone", lambda: not alive(pid))

    def close(self):
        """Ends the sessions; the processes that did not end by that."""
        with contextlib.suppress(OSError, AssertionError):
            for name in (self.runtime / "ddlltool").glob("*.lock"):
                self.do("session", "stop", "--session", name.stem, code=None)
        with contextlib.suppress(AssertionError):
            until("all processes are gone", lambda: not self.processes())
        left = self.processes()
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        return f"processes are left: {left}" if left else None

    # --- exported scenarios

    def exported(self, name="story", code=0, verify=False):
        """Exports, runs the file where it lies and from elsewhere in a copy; gives the scenario."""
        file = self.folder / "stories" / f"{name}.json"
        self.do("session", "export", file, "--force", code=code)
        self.do("run", "-q", file)
        moved = self.folder / "elsewhere" / name
        shutil.copytree(file.parent, moved)
        hidden = self.folder / "hidden"
        self.live.rename(hidden)  # it needs nothing of what was there
        self.do("run", "-q", moved / f"{name}.json", cwd="/")
        hidden.rename(self.live)
        if verify and shutil.which("erl"):
            self.do("verify", "-q", file)
        return json.loads(file.read_text(encoding="utf-8"))


def alive(pid):
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False


def ask(client, text):
    client.sendall(text.encode() + b"\n")
    return read_line(client)


def read_line(client):
    line = b""
    while not line.endswith(b"\n"):
        more = client.recv(1)
        if not more:
            break
        line += more
    return line.decode()


def fits(done, width=80):
    for line in done.out.splitlines():
        assert len(line) <= width, f"{len(line)} columns: {line!r}"


# --- answers of the commands -----------------------------------------------------------------------------------------


@case
def a_tour_in_text(s):
    s.put("counter_v1.so", "counter")
    s.do("load", s.live, "counter", "--as", "alice").has("{ok,loaded}\n", "init has run", "runs     counter/v1 init")
    s.do("open", "counter", "--as", "bob").has("P1\n", 'counter/v1 start(P1, "counter")')
    s.do("control", "P1", 1, "add", "--as", "bob").has('<<"1">>\n', 'control(P1, 1, <<"add">>)')
    s.do("install", DRIVERS / "counter_v2.so", s.live, "counter")
    s.do("reload", "counter", "--monitor", "--as", "alice").has("{ok,pending_driver,Ref1}", "until P1 of bob lets go")
    s.do("close", "P1", "--as", "bob").has("true\n", "counter/v2 init", "replaced", "alice  {'UP',Ref1,driver,counter,loaded}")
    s.do("receive", "--as", "alice").has("{'UP',Ref1,driver,counter,loaded}")
    s.do("unload", "counter", "--as", "alice").has("{ok,pending_driver}", "nothing held the code any more")
    s.do("status").has("no driver is loaded")


@case
def the_release_that_is_simulated(s):
    s.do("session", "start", "--otp", "25")
    assert s.json("status")["otp"] == 25
    s.put("call_conventions.so", "call_conventions")
    s.do("load", s.live, "call_conventions")
    s.do("open", "call_conventions")
    s.do("call", "P1", 13, "a").has("<<131,100,0,1,97>>")
    s.do("session", "export", "kept.json")
    assert json.loads((s.folder / "kept.json").read_text())["otp"] == 25
    s.do("session", "stop")
    s.do("load", s.live, "call_conventions")
    assert s.json("status")["otp"] == 29
    s.do("open", "call_conventions")
    s.do("call", "P1", 13, "a").has("<<131,119,1,97>>")


@case
def a_driver_that_refuses(s):
    s.load("echo", "echo_v1.so", "user")
    s.do("open", "echo errgen", code=1).has("einval", "start callback returned -1 (ERL_DRV_ERROR_GENERAL)")
    s.do("open", "echo badarg", code=1).has("badarg", "start callback returned -3 (ERL_DRV_ERROR_BADARG)")
    s.do("open", "echo")
    s.do("control", "P1", 77, "x", code=1).has("badarg", "control callback returned -")


@case
def a_reload_that_kills_who_asks_for_it(s):
    s.put("counter_v1.so", "counter")
    s.do("load", "--kill-ports", s.live, "counter", "--as", "alice")
    s.do("open", "counter", "--as", "alice")
    s.put("counter_v2.so", "counter")
    done = s.do("reload", "--kill-ports", s.live, "counter", "--as", "alice", code=None)
    done.has("the reload was given up with its process, which ended with driver_unloaded")
    assert "could not be loaded" not in done.out, done.out


@case
def answers_in_json(s):
    s.put("counter_v1.so", "counter")
    loaded = s.json("load", s.live, "counter")
    assert loaded["kind"] == "value" and loaded["term"] == "{ok,loaded}" and loaded["step"] == 1 and not loaded["failed"], loaded
    assert {"label": "runs", "text": "counter/v1 init"} in loaded["lines"], loaded
    assert s.json("open", "counter")["term"] == "P1"
    assert s.json("control", "P1", 1, "add")["term"] == '<<"1">>'
    raised = s.json("control", "P1", "nonsense_atom", code=1)
    assert raised["kind"] == "raised" and raised["class"] == "error" and raised["term"] == "badarg" and raised["failed"], raised
    assert s.json("advance", "5ms")["kind"] == "done"
    assert s.json("status")["now"] == "5ms"
    assert s.json("receive", code=1)["messages"] == []
    assert s.json("command", "P1", "x", code=None)["kind"] in ("value", "raised")
    wrong = s.json("close", "P7", code=2)
    assert wrong["error"]["message"] == "P7 has no value", wrong
    assert s.json("log", "-n", 2)["events"], "no events"


@case
def answers_as_terms(s):
    s.put("counter_v1.so", "counter")
    terms = [s.do("load", s.live, "counter", "--format", "term").out, s.do("open", "counter", "--format", "term").out,
             s.do("control", "P1", 1, "add", "--format", "term").out, s.do("control", "P1", "x", "--format", "term", code=1).out,
             s.do("advance", "1ms", "--format", "term").out, s.do("status", "--format", "term").out,
             s.do("why", "counter", "--format", "term").out, s.do("log", "--format", "term").out,
             s.do("receive", "--format", "term", code=1).out, s.do("session", "list", "--format", "term").out]
    assert terms[0] == "{ok,loaded}.\n" and terms[2] == '<<"1">>.\n' and terms[3] == "{exception,error,badarg}.\n", terms
    if not shutil.which("erl"):
        raise Skip("no erl here that could read them all")
    file = s.folder / "terms"
    file.write_text("".join(terms).replace("P1.\n", "'P1'.\n"), encoding="utf-8")
    read = subprocess.run(["timeout", "-s", "KILL", str(PATIENCE), "erl", "-noshell", "-eval",
                           f'{{ok, L}} = file:consult("{file}"), io:format("~w~n", [length(L)]), halt().'],
                          capture_output=True, text=True, check=False)
    assert read.stdout.strip() == str(len(terms)), read


@case
def the_commands_make_the_calls_they_name(s):
    s.load("counter", "counter_v1.so", "user")
    s.put("echo_v1.so", "echo")
    s.do("load", "--kill-ports", s.live, "echo")
    s.do("open", "echo", "--let", "E", "--binary")
    s.do("call", "E", 1, "{get, 7}", code=None)
    s.do("command", "E", "hello")
    s.do("spawn", "carol", "--trap-exit")
    s.do("connect", "E", "carol")
    s.do("monitor", "counter", "--let", "M").has("M\n")
    s.do("demonitor", "M").has("true\n")
    s.do("info", "counter", "port_count").has("0\n")
    s.do("info").has("counter")
    s.do("exit", "hello", "--to", "carol").has("true", "carol  {'EXIT',User,hello}")
    s.do("reload", "counter", "--pending", "--monitor", "--kill-ports", code=None)
    s.do("unload", "echo", "--kill-ports", "--monitor", "--pending")
    log = s.do("log").out
    for call in ("erl_ddll:try_load(Dir, counter, [])", "erl_ddll:try_load(Dir, echo, [{driver_options, [kill_ports]}])",
                 'open_port({spawn_driver, "echo"}, [binary])', "erlang:port_call(E, 1, {get, 7})", 'port_command(E, <<"hello">>)',
                 "port_connect(E, Carol)", "erl_ddll:monitor(driver, {counter, loaded})", "erl_ddll:demonitor(M)",
                 "erl_ddll:info(counter, port_count)", "erl_ddll:info()", "exit(Carol, hello)",
                 "[{reload, pending}, {monitor, pending}, {driver_options, [kill_ports]}]",
                 "erl_ddll:try_unload(echo, [kill_ports, {monitor, pending}])"):
        assert call in log, f"{call} is not in\n{log}"


@case
def data_are_bytes_or_with_term_an_expression(s):
    s.load("counter", "counter_v1.so", "user")
    s.do("open", "counter")
    s.do("control", "P1", 1, 'a "quoted" \\ word')
    s.do("control", "P1", 1, "<<1:32, 2>>", "--term")
    s.do("control", "P1", 1, "[add, $x]", "--term", code=1).has("badarg")
    s.do("log").has('<<"a \\"quoted\\" \\\\ word">>', "<<1:32, 2>>")


@case
def messages_stay_until_they_are_read(s):
    s.load("counter", "counter_v1.so")
    s.do("monitor", "counter", "--as", "carol")
    s.do("receive", "--as", "carol", "--keep").has("{'UP',Ref1,driver,counter,loaded}")
    s.do("status").has("1 unread message")
    s.do("receive", "--as", "carol").has("{'UP',Ref1,driver,counter,loaded}")
    s.do("receive", "--as", "carol", code=1).has("(no message)")
    s.do("receive", "--as", "nobody", code=2).complains("there is no process nobody", "ddlltool status lists them")


@case
def time_is_moved_by_hand(s):
    s.load("timer", user="user")
    s.do("open", "timer")
    s.do("advance", "1s").has("")
    s.do("advance", "250ms")
    assert s.json("status")["now"] == "1250ms" or s.json("status")["now"] == "1.25s", s.json("status")["now"]
    s.do("advance", "5", code=2).complains("advance")


@case
def processes_end_and_their_names_stay_taken(s):
    s.counter_with_port()
    s.do("exit", "--as", "bob").has("stop(P1)")
    s.do("open", "counter", "--as", "bob", code=2).complains("bob has ended: normal", "spawn")
    s.do("spawn", "bob", code=2).complains("there is a process bob already")
    s.do("exit", "kill", "--to", "alice", "--as", "carol").has("finish")
    s.do("status").has("has ended: killed", "no driver is loaded")


@case
def a_file_is_installed_by_rename_unless_told_otherwise(s):
    s.do("install", DRIVERS / "counter_v1.so", s.live, "counter")
    before = (s.live / "counter.so").stat().st_ino
    s.do("install", DRIVERS / "counter_v2.so", s.live, "counter", "--overwrite")
    assert (s.live / "counter.so").stat().st_ino == before
    s.do("install", DRIVERS / "counter_v1.so", s.live, "counter.so")
    assert (s.live / "counter.so").stat().st_ino != before
    s.do("install", "--remove", s.live, "counter")
    assert not (s.live / "counter.so").exists()
    s.do("install", "/no/such/file.so", s.live, code=3).complains("/no/such/file.so")
    s.do("install", "--remove", "--overwrite", s.live, "counter", code=2).complains("exclude each other")


# --- refusals --------------------------------------------------------------------------------------------------------


def refuse(s, arguments, error, *words):
    done = s.do(*arguments, code=1).has(f"{{error,{error}")
    text = " ".join(done.out.split())
    for word in words:
        assert word in text, f"{word!r} is not said in\n{done!r}"


@case
def refusals_of_the_rules_are_explained(s):
    refuse(s, ["unload", "counter"], "not_loaded", "driver is not loaded", "ddlltool load DIR NAME")
    s.load("counter", "counter_v1.so")
    refuse(s, ["unload", "counter", "--as", "carol"], "not_loaded_by_this_process", "only a process that loaded it")
    s.put("counter_v1.so", "counter", s.folder / "other")
    refuse(s, ["load", s.folder / "other", "counter"], "inconsistent", "the same bytes of path")
    refuse(s, ["load", s.live, "counter", "--kill-ports"], "inconsistent", "kill_ports")
    s.do("load", s.live, "counter", "--as", "bob").has("{ok,already_loaded}", "alice and bob")
    refuse(s, ["reload", "counter", "--as", "alice"], "pending_process", "--pending reloads it for all its users")
    s.do("open", "counter", "--as", "bob")
    s.do("reload", "counter", "--pending", "--as", "alice").has("{ok,pending_process}")
    refuse(s, ["reload", "counter", "--pending", "--as", "alice"], "pending_reload", "a reload waits already", "ddlltool why")


@case
def refusals_of_the_file_are_explained(s):
    for name, file, error, words in (("other", "wrong_name.so", "bad_driver_name", "driver_name"),
                                     ("wrong_version", None, "driver_incorrect_version", "erl_driver.h"),
                                     ("no_driver_init", None, "no_driver_init", "DRIVER_INIT"),
                                     ("init_fails", None, "driver_init_failed", "init gave"),
                                     ("missing_symbol", None, "{open_error,-10}", "undefined symbol")):
        s.put(file or f"{name}.so", name)
        refuse(s, ["load", s.live, name], error.split(",")[0].strip("{}") if file else error.split(",")[0], words)
    refuse(s, ["load", s.live, "nothing_there"], "{open_error,", "No such file")
    (s.live / "garbage.so").write_bytes(b"this is no library")
    refuse(s, ["load", s.live, "garbage"], "{open_error,", "garbage.so")


@case
def a_driver_that_locked_itself_is_permanent(s):
    s.load("permanent", user="user")
    s.do("open", "permanent", code=None)
    refuse(s, ["unload", "permanent"], "permanent", "only a new node")
    s.do("why", "permanent").has("locked itself")
    assert "permanent" in json.dumps(s.json("status")["drivers"])


@case
def exceptions_are_explained(s):
    s.do("open", "nothing", code=1).has("exception error: badarg", "no driver is loaded")
    s.counter_with_port()
    s.do("open", "coutner", code=1).has("exception error: badarg", "there is counter (loaded)")
    s.do("close", "P1", "--as", "bob")
    s.do("close", "P1", "--as", "bob", code=1).has("exception error: badarg", "the port is closed")
    s.do("info", "counter", "colour", code=1).has("an argument or an option has a wrong form")


@case
def wrong_words_name_the_right_ones(s):
    s.counter_with_port()
    s.do("close", "P2", code=2).complains("P2 has no value", "did you mean P1?")
    s.do("why", "coutner", code=2).complains("no driver coutner is loaded", "did you mean counter?")
    s.do("reload", "coutner", code=2).complains("coutner is not loaded", "did you mean counter?")
    s.do("receive", "--as", "alcie", code=2).complains("there is no process alcie", "did you mean alice?")
    s.do("info", "coutner", "port_count", code=1).has("no driver coutner is loaded", "did you mean counter?")
    s.do("connect", "P1", "alcie", code=2).complains("Alcie has no value", "did you mean Alice?")
    s.do("load", s.live, code=2).complains("load: takes DIR NAME")
    s.do("load", "--kil-ports", s.live, "counter", code=2).complains("did you mean --kill-ports?")
    s.do("status", "--format", "jsn", code=2).complains("did you mean json?")
    s.do("sesion", code=2).complains("did you mean session?")
    s.do("session", "strat", code=2).complains("did you mean start?")
    s.do("open", "counter", "--settings", "[binary", code=2)
    s.do("open", "counter", "--as", "Bob", code=2).complains("Bob is no name for a process")
    s.do("status", "--session", "a/b", code=2).complains("is no name for a session")
    s.do("open", "counter", "--timeout", "3 parsecs", code=2).complains("--timeout 3 parsecs")


@case
def a_wrong_command_changes_nothing(s):
    """What is refused before it is done leaves no trace: no process, no folder, no step."""
    s.do("reload", "nope", "--as", "dora", code=2).complains("nope is not loaded")
    s.do("info", "countre", "--as", "dora", code=1)  # as the first call of that process
    s.do("close", "P9", "--as", "erik", code=2)
    s.load("counter", "counter_v1.so", "erik")
    s.put("counter_v2.so", "counter")  # seen by a command that is wrong: must not be forgotten
    s.do("close", "P9", "--as", "erik", code=2)
    s.do("reload", "counter", "--as", "erik").has("{ok,pending_driver}", "counter/v2")
    assert s.json("status")["drivers"][0]["mapped"]["version"] == "v2"
    scenario = s.exported()
    assert [step.get("version") for step in scenario["steps"] if "install" in step] == ["v1", "v2"], scenario["steps"]


# --- waiting ---------------------------------------------------------------------------------------------------------


@case
def wait_comes_back_when_another_client_lets_go(s):
    s.counter_with_port()
    s.put("counter_v2.so", "counter")
    waiting = s.start("reload", "counter", "--wait", "--as", "alice", "--timeout", "10min")
    until("the reload waits", lambda: s.json("status")["drivers"][0]["status"] == "reload_pending")
    assert waiting.poll() is None
    s.do("close", "P1", "--as", "bob")
    done = s.end(waiting)
    assert done.code == 0, done
    done.has("{ok,pending_driver,Ref1}", "{'UP',Ref1,driver,counter,loaded}", "it is the one that was asked for")


@case
def wait_ends_with_its_time(s):
    s.counter_with_port()
    s.do("reload", "counter", "--wait", "--as", "alice", "--timeout", "50ms", code=1).has("(the message did not come in time)")
    answer = s.json("unload", "counter", "--wait", "--as", "alice", "--timeout", "50ms", code=1)
    assert answer["message"] is None and answer["failed"], answer


@case
def wait_of_what_happens_at_once_comes_back_at_once(s):
    s.load("counter", "counter_v1.so")
    s.do("reload", "counter", "--wait", "--as", "alice").has("{'UP',Ref1,driver,counter,loaded}")
    s.do("unload", "counter", "--wait", "--as", "alice").has("{'DOWN',Ref2,driver,counter,unloaded}", "the code has left")


@case
def a_call_that_blocks_is_told_and_unblocked(s):
    s.counter_with_port()
    s.shell("erl_ddll:reload_driver(\"" + str(s.live) + "\", counter).\n", "--as", "alice", code=None)
    s.do("spawn", "carol")
    s.do("load", s.live, "counter", "--as", "carol")
    s.do("unload", "counter", "--as", "alice", code=None)
    done = s.shell(f'erl_ddll:reload("{s.live}", counter).\n', "--as", "carol", code=None)
    if "blocks" in done.out:
        s.do("open", "counter", "--as", "carol", code=2).complains("carol still waits inside a call")
        s.do("status").has("waits inside a call")
        s.do("close", "P1", "--as", "bob").has("carol")


# --- how a driver dies -----------------------------------------------------------------------------------------------


def dies(s, way, code, *words, timeout="5min"):
    s.load("crash_in", user="alice")
    s.do("open", "crash_in", "control", way, "--as", "bob")
    s.do("control", "P1", 0, "--as", "bob", "--timeout", timeout, code=code).has("the driver died", *words)
    status = s.do("status", code=code).has("the emulator is gone", "crash_in", "alice: 1", "P1 of bob")
    assert status.out.count("the emulator is gone") == 1
    s.do("why", "crash_in").has("the emulator is gone", "P1 of bob")
    s.do("log").has("port_control(P1, 0")
    s.do("log", "-n", 3).has("#")
    s.do("open", "crash_in", code=code).complains("the emulator of this session is gone", "ddlltool load starts a new one")
    s.do("spawn", "zoe")  # begins anew, too
    s.load("counter", "counter_v1.so")
    status = s.json("status")
    assert [d["name"] for d in status["drivers"]] == ["counter"] and status["emulator"] == "running", status


@case
@not_sanitized
def death_by_signal(s):
    dies(s, "segv", 4, "SIGSEGV", "in control of driver crash_in", "crash_in.cpp")


@case
@not_sanitized
def death_by_abort(s):
    dies(s, "abort", 4, "SIGABRT")


@case
def death_by_exit(s):
    dies(s, "exit", 4, "exit")


@case
@not_sanitized
def death_by_exception(s):
    dies(s, "throw", 4, "thrown by crash_in")


@case
@not_sanitized
def death_by_memory(s):
    dies(s, "memory", 4, "memory")


@case
@not_sanitized
def death_by_stack(s):
    dies(s, "stack", 4, "stack")


@case
def death_by_a_loop(s):
    dies(s, "loop", 5, "in control of driver crash_in", timeout="3s")


@case
@not_sanitized
def death_while_loading_and_unloading(s):
    s.put("crash_in_init.so", "crash_in")
    s.do("load", s.live, "crash_in", code=4).has("SIGSEGV", "init")
    s.put("crash_in.so", "crash_in")
    s.do("load", s.live, "crash_in")
    s.do("open", "crash_in", "finish", "abort", "--let", "F")
    s.do("close", "F")
    s.do("unload", "crash_in", code=4).has("SIGABRT", "finish")


@case
def a_driver_that_breaks_its_own_pipe_to_the_server(s):
    s.counter_with_port()
    os.kill(s.child(), signal.SIGTERM)
    until("the server has noticed", lambda: s.json("status", code=None)["emulator"] == "gone")


# --- how a session dies ----------------------------------------------------------------------------------------------


@case
def the_child_is_killed(s):
    s.counter_with_port()
    s.kill(s.child())
    until("the server has noticed", lambda: s.json("status", code=None)["emulator"] == "gone")
    s.do("status", code=4).has("the emulator is gone", "SIGKILL", "P1 of bob")
    s.do("control", "P1", 1, "add", "--as", "bob", code=4).complains("is gone")
    s.do("load", s.live, "counter").has("{ok,loaded}")


@case
def the_child_is_killed_while_it_works(s):
    s.load("crash_in", user="user")
    s.do("open", "crash_in", "control", "loop")
    child = s.child()
    working = s.start("control", "P1", 0, "--timeout", "10min")
    until("the driver runs", lambda: " R " in Path(f"/proc/{child}/stat").read_text(encoding="ascii"))
    s.kill(child)
    done = s.end(working)
    assert done.code == 4, done
    done.has("SIGKILL")


@case
def the_server_is_killed(s):
    s.counter_with_port()
    child = s.child()
    s.kill(s.server())
    until("the child went with it", lambda: not alive(child))
    s.do("status", code=77).complains("it was killed, and its story is lost")
    s.do("session", "export", "x.json", code=77).complains("it was killed")
    s.do("load", s.live, "counter").has("{ok,loaded}").complains("it was killed, and its story is lost", "this is a new one")
    assert s.do("status").err == ""


@case
def the_server_is_killed_while_a_command_runs(s):
    s.load("crash_in", user="user")
    s.do("open", "crash_in", "control", "loop")
    server, child = s.server(), s.child()
    working = s.start("control", "P1", 0, "--timeout", "10min")
    until("the driver runs", lambda: " R " in Path(f"/proc/{child}/stat").read_text(encoding="ascii"))
    s.kill(server)
    done = s.end(working)
    assert done.code == 70, done
    done.complains("the session was killed before it answered")
    until("the child went with it", lambda: not alive(child))


@case
def the_server_is_told_to_end(s):
    s.counter_with_port()
    server = s.server()
    os.kill(server, signal.SIGTERM)
    until("it is gone", lambda: not alive(server))
    assert not s.socket().exists()
    s.do("status", code=77).complains("it was told to end by a signal")


@case
def a_stale_socket_is_no_obstacle(s):
    (s.runtime / "ddlltool").mkdir(mode=0o700)
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(s.socket()))
    stale.close()
    assert s.socket().exists()
    s.do("status", code=77)
    s.load("counter", "counter_v1.so").has("{ok,loaded}")
    s.socket().unlink()
    s.do("session", "stop", code=77)  # nobody finds it any more ...
    for pid in s.processes():  # ... and it ends like any other process
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


@case
def a_file_in_the_place_of_the_socket_is_no_obstacle(s):
    (s.runtime / "ddlltool").mkdir(mode=0o700)
    s.socket().write_text("no socket", encoding="ascii")
    s.load("counter", "counter_v1.so").has("{ok,loaded}")


@case
def a_session_ends_when_nobody_asks(s):
    s.environment["DDLLTOOL_IDLE"] = "3s"  # time for the first command, on a busy machine too
    s.load("counter", "counter_v1.so")
    until("it has ended", lambda: not s.processes())
    assert not s.socket().exists()
    s.do("status", code=77).complains("it ended after 3s without a command", "starts one")
    s.do("load", s.live, "counter").complains("it ended after 3s without a command", "this is a new one")


def at_once(s, *calls):
    """All calls in one packet, so that no time passes between them; the answers."""
    client = s.raw()
    lines = []
    for call in calls:
        request = {"ddlltool": 1, "do": "call", "by": "user", "starts": True, "into": str(s.live), **call}
        lines.append(json.dumps(request) + "\n")
    client.sendall("".join(lines).encode())
    return [json.loads(read_line(client)) for _ in calls]


@case
def a_working_session_is_not_idle(s):
    s.put("hang.so", "hang")
    s.do("session", "start", "--idle", "3s")
    answers = at_once(s, {"call": "erl_ddll:try_load(@folder, hang, [])"},
                      {"call": 'open_port({spawn_driver, "hang"}, [])'},
                      {"call": "port_control(P1, 2, [])", "limit_ms": 4500})  # sleeps that long
    assert answers[2]["kind"] == "died" and answers[2]["death"]["hung"], answers


@case
def waiting_costs_no_processor_time(s):
    """The time at which it would be idle has come while a client waits: that is no reason to look again and again."""
    s.put("counter_v1.so", "counter")
    s.do("session", "start", "--idle", "3s")
    server = s.server()
    ticks = []

    def look(name):
        fields = Path(f"/proc/{server}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        ticks.append((name, int(fields[11]) + int(fields[12])))

    client = s.raw()
    for call in ({"call": "erl_ddll:try_load(@folder, counter, [])"}, {"call": 'open_port({spawn_driver, "counter"}, [])'},
                 {"call": "erl_ddll:try_load(@folder, counter, [{reload, pending_driver}, {monitor, pending_driver}])", "wait": True,
                  "limit_ms": 5500}):
        client.sendall(json.dumps({"ddlltool": 1, "do": "call", "by": "user", "starts": True, "into": str(s.live), **call}).encode() + b"\n")
    read_line(client), read_line(client)
    look("before")
    assert json.loads(read_line(client))["message"] is None
    look("after")
    assert ticks[1][1] - ticks[0][1] < 50, ticks  # of 550


@case
def start_stop_list(s):
    s.do("session", "list").complains("no session is running")
    s.do("session", "start", "--session", "one", "--idle", "10min").has("session one is running")
    s.do("session", "start", "--session", "one", code=1).complains("it is running already")
    s.do("session", "start", environment={"DDLLTOOL_SESSION": "two"}).has("session two is running")
    s.put("counter_v1.so", "counter")
    s.do("load", s.live, "counter", "--session", "two")
    s.do("session", "list").has("one", "no driver", "two", "counter")
    rows = {row["session"]: row for row in s.json("session", "list")}
    assert rows["two"]["drivers"] == ["counter"] and rows["one"]["emulator"] == "not started" and rows["two"]["steps"] == 1, rows
    assert s.json("status", "--session", "one")["ends_when_idle_for"] in ("10min", "600s"), s.json("status", "--session", "one")
    s.do("session", "stop", "--session", "one").has("session one has ended")
    s.do("session", "stop", "--session", "one", code=77).complains("there is none")
    s.do("session", "start", "--idle", "never", code=2)
    s.do("session", "export", code=77)
    s.do("session", "export", "--session", "two").has('"scenario": 1')


@case
def stop_tells_what_is_left_over(s):
    s.load("leaking", user="user")
    s.do("open", "leaking")
    s.do("control", "P1", 1, "x", code=None)
    s.do("close", "P1")
    stopped = s.do("session", "stop", code=None)
    stopped.has("session default has ended")


@case
def commands_of_a_stopping_session_reach_the_next_one(s):
    """A command that comes while the session ends is done by another session, not lost."""
    for _ in range(5):
        s.load("counter", "counter_v1.so", "user")
        stop = s.start("session", "stop")
        others = [s.start("info") for _ in range(4)]
        assert s.end(stop).code in (0, 1)
        for other in others:
            done = s.end(other)
            assert done.code == 0, done
        s.do("session", "stop", code=None)


# --- many at once ----------------------------------------------------------------------------------------------------


@case
def two_clients_start_one_session(s):
    s.put("counter_v1.so", "counter")
    for round_ in range(5):
        session = f"race{round_}"
        both = [s.start("load", s.live, "counter", "--as", f"p{i}", "--session", session) for i in range(2)]
        for process in both:
            done = s.end(process)
            assert done.code == 0 and not done.err, done
        assert s.do("info", "counter", "processes", "--session", session).out.count("{P") == 2


@case
def fifty_clients_start_one_session_and_nothing_is_lost(s):
    s.put("counter_v1.so", "counter")
    clients = [s.start("load", s.live, "counter", "--as", f"p{i}") for i in range(50)]
    for process in clients:
        done = s.end(process)
        assert done.code == 0 and not done.err, done
    s.do("info", "counter", "processes", "--as", "p0")
    status = s.json("status")
    users = status["drivers"][0]["users"]
    assert sorted(u["name"] for u in users) == sorted(f"p{i}" for i in range(50)) and status["steps"] == 51, status
    servers = [pid for pid in s.processes() if pid == status["server"]]
    assert len(servers) == 1
    fits(s.do("status"))


@case
def fifty_clients_of_one_session_are_served_in_order(s):
    s.load("counter", "counter_v1.so", "user")
    s.do("open", "counter")
    clients = [s.start("control", "P1", 1, "add", "--format", "json") for _ in range(50)]
    answers = sorted((a["step"], a["term"]) for a in (s.end(c).json() for c in clients))
    assert [term for _, term in answers] == [f'<<"{n}">>' for n in range(1, 51)], answers


@case
def a_client_that_dies_loses_its_answer_and_nothing_else(s):
    s.counter_with_port()
    client = s.raw()
    client.sendall(json.dumps({"ddlltool": 1, "do": "call", "by": "bob", "call": 'port_control(P1, 1, "add")'}).encode() + b"\n")
    client.close()
    s.do("control", "P1", 1, "add", "--as", "bob").has('<<"2">>')
    waiting = s.start("reload", "counter", "--wait", "--as", "alice", "--timeout", "10min")
    until("the reload waits", lambda: s.json("status")["drivers"][0]["status"] == "reload_pending")
    waiting.kill()
    s.end(waiting)
    s.do("close", "P1", "--as", "bob").has("alice  {'UP'")


@case
def a_session_keeps_no_pipe_and_no_terminal(s):
    s.put("counter_v1.so", "counter")
    # A pipe ends only when all who hold it are gone: cat would wait for the server.
    pipeline = subprocess.run(["timeout", str(PATIENCE), "sh", "-c", f'"{PROGRAM}" load live counter | cat; echo over'], env=s.environment,
                              cwd=s.folder, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    assert "{ok,loaded}" in pipeline.stdout and pipeline.stdout.endswith("over\n"), pipeline
    server = s.server()
    assert os.getsid(server) != os.getsid(0)
    for fd in range(3):
        assert os.readlink(f"/proc/{server}/fd/{fd}") == "/dev/null"


@case
def the_terminal_is_closed(s):
    s.put("counter_v1.so", "counter")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(s.folder)
        os.execve("/bin/sh", ["sh", "-c", f'"{PROGRAM}" load live counter; echo loaded; read line'], s.environment)
    seen = b""
    while b"loaded\r\n" not in seen.replace(b"{ok,loaded}", b""):
        seen += os.read(terminal, 4096)
    os.close(terminal)  # everything in its session gets SIGHUP
    os.waitpid(pid, 0)
    server = s.server()
    os.kill(server, signal.SIGHUP)
    s.do("info", "counter", "port_count").has("0")
    assert s.server() == server


# --- the place -------------------------------------------------------------------------------------------------------


@case
def socket_and_folder_are_the_users_own(s):
    s.load("counter", "counter_v1.so")
    assert stat.S_IMODE(s.socket().stat().st_mode) == 0o600
    assert stat.S_IMODE(s.socket().parent.stat().st_mode) == 0o700
    inodes = set()
    for pid in (s.server(), s.child()):
        for fd in Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(OSError):
                inodes.update(re.findall(r"socket:\[(\d+)\]", os.readlink(fd)))
    assert inodes
    for table in ("tcp", "tcp6", "udp", "udp6"):
        text = Path(f"/proc/net/{table}").read_text(encoding="ascii") if Path(f"/proc/net/{table}").exists() else ""
        for line in text.splitlines()[1:]:
            assert line.split()[9] not in inodes, f"a network socket: {line}"


@case
def bad_runtime_folders_are_refused(s):
    folder = s.runtime / "ddlltool"
    folder.mkdir(mode=0o700)
    folder.chmod(0o777)
    s.do("info", code=3).complains("is open to other users", "chmod 700")
    s.do("status", code=3).complains("is open to other users")
    folder.rmdir()
    folder.write_text("no folder", encoding="ascii")
    s.do("info", code=3).complains("is no folder", "XDG_RUNTIME_DIR")
    folder.unlink()
    folder.symlink_to(s.live)
    s.do("info", code=3).complains("is no folder")
    folder.unlink()
    s.do("info", code=3, environment={"XDG_RUNTIME_DIR": str(s.folder / "missing")}).complains("cannot make the folder", "No such file")


def nobody(s, *arguments, code=None, environment=None):
    """The command as another user."""
    if os.getuid() != 0:
        raise Skip("only root can become another user")
    s.folder.chmod(0o755)
    program = Path("/tmp") / f"ddlltool-{os.getpid()}-{id(s)}"
    # By another program: the child that another case starts right now would inherit our descriptor, and as long as
    # somebody has a file open to write, nobody can run it.
    subprocess.run(["install", "-m", "755", PROGRAM, program], check=True)
    try:
        done = subprocess.run([str(program), *map(str, arguments)], env={**s.environment, **(environment or {})}, cwd="/", user=NOBODY,
                              group=NOBODY, extra_groups=[], capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False)
    finally:
        program.unlink()
    done = Done(list(arguments), done.returncode, done.stdout, done.stderr)
    assert code is None or done.code == code, repr(done)
    return done


@case
def an_unwritable_runtime_folder(s):
    s.runtime.chmod(0o555)
    if os.getuid() == 0:
        nobody(s, "info", code=3).complains("cannot make the folder", "Permission denied", "XDG_RUNTIME_DIR")
    else:
        s.do("info", code=3).complains("cannot make the folder", "Permission denied", "XDG_RUNTIME_DIR")
    s.runtime.chmod(0o700)


@case
def another_user_is_kept_out_by_permissions(s):
    s.load("counter", "counter_v1.so")
    nobody(s, "info", code=3)
    nobody(s, "status", code=3)


@case
def another_user_is_kept_out_by_the_check_of_credentials(s):
    s.load("counter", "counter_v1.so")
    for path in (s.folder, s.runtime, s.runtime / "ddlltool"):
        path.chmod(0o755)
    s.socket().chmod(0o666)
    nobody(s, "status", code=3).complains("belongs to another user")
    script = ("import os, socket\n"
              "c = socket.socket(socket.AF_UNIX)\n"
              f"c.connect({str(s.socket())!r})\n"
              "try: c.sendall(b'{\"ddlltool\":1,\"do\":\"stop\"}\\n')\n"
              "except OSError: pass\n"
              "try: print(c.recv(9999).decode())\n"
              "except OSError: print('refused')\n")
    python = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else sys.executable
    raw = subprocess.run([python, "-c", script], user=NOBODY, group=NOBODY, extra_groups=[], capture_output=True, text=True,
                         timeout=PATIENCE, cwd="/", check=False)
    assert "belongs to another user" in raw.stdout, raw
    (s.runtime / "ddlltool").chmod(0o700)
    s.do("status").has("counter")


@case
def a_server_of_another_user_is_not_trusted(s):
    """Somebody else listens where the session should be."""
    if os.getuid() != 0:
        raise Skip("only root can become another user")
    (s.runtime / "ddlltool").mkdir(mode=0o700)
    s.folder.chmod(0o755)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(s.socket()))
    pid = os.fork()
    if pid == 0:
        libc = ctypes.CDLL(None)
        libc.setresuid(NOBODY, NOBODY, NOBODY)
        listener.listen(5)
        signal.pause()
        os._exit(0)
    try:
        done = until("the impostor listens", lambda: (lambda d: d if d.code == 3 else None)(s.do("status", code=None)))
        done.complains("belongs to another user")
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        listener.close()


@case
def without_a_runtime_folder(s):
    s.put("counter_v1.so", "counter")
    temporary = s.folder / "tmp"
    temporary.mkdir()
    for unset in ({"XDG_RUNTIME_DIR": "", "TMPDIR": str(temporary)}, {"XDG_RUNTIME_DIR": "not/absolute", "TMPDIR": str(temporary)}):
        s.do("load", s.live, "counter", environment=unset)
        assert (temporary / f"ddlltool-{os.getuid()}" / "default.sock").is_socket()
        s.do("session", "stop", environment=unset)


@case
def a_path_that_is_too_long_for_a_socket(s):
    long = s.folder / ("a" * 100) / ("b" * 100)
    long.mkdir(parents=True)
    s.environment["XDG_RUNTIME_DIR"] = str(long)
    try:
        s.load("counter", "counter_v1.so")
        s.do("info", "counter", "port_count").has("0")
        s.do("session", "list").has("default")
        s.do("session", "stop")
    finally:
        s.environment["XDG_RUNTIME_DIR"] = str(s.runtime)


@case
def a_full_disk(s):
    s.put("counter_v1.so", "counter")
    mounted = os.getuid() == 0 and subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k,mode=700", "tmpfs", s.runtime], capture_output=True,
                                                  check=False).returncode == 0
    note("a_full_disk: done with " + ("a tmpfs of 8 KB as runtime folder" if mounted else "a limit on the size of files"))
    limit = None if mounted else (lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY)))
    try:
        if mounted:
            with contextlib.suppress(OSError):
                with open(s.runtime / "filler", "wb", buffering=0) as filler:
                    while True:
                        filler.write(b"x" * 512)
        s.do("load", s.live, "counter", preexec_fn=limit).has("{ok,loaded}")
        s.do("open", "counter").has("P1")
        status = s.do("status").has("a driver file could not be kept")
        fits(status)
        s.do("session", "export", s.folder / "x.json").complains("could not be copied")
        s.do("run", "-q", s.folder / "x.json")
        s.do("session", "stop", code=None)
    finally:
        if mounted:
            s.close()
            subprocess.run(["umount", s.runtime], check=True)


@case
def output_that_cannot_be_written_is_no_success(s):
    s.load("counter", "counter_v1.so")
    for command in (["status"], ["info"], ["why", "counter"], ["log"], ["session", "export"], ["session", "list"]):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([PROGRAM, *command], env=s.environment, stdout=full, stderr=subprocess.PIPE, timeout=PATIENCE, check=False)
        assert done.returncode == 3 and b"cannot be written" in done.stderr, (command, done)


# --- what is sent to the socket --------------------------------------------------------------------------------------


@case
def garbage_is_answered_and_harms_nobody(s):
    s.counter_with_port()
    client = s.raw()
    for text in ("garbage", "", "[]", "17", '{"do":"status"}', '{"ddlltool":1}', '{"ddlltool":1,"do":"dance"}', '{"ddlltool":1,"do":7}',
                 '{"ddlltool":1,"do":"call","by":7}', '{"ddlltool":1,"do":"call","by":"bob","call":"port_close("}',
                 '{"ddlltool":1,"do":"call","by":"","call":"self()"}', '{"ddlltool":1,"do":"install","how":99,"file":"/x","into":"/y","as":"z"}',
                 "\0\1\2\xff", "{" * 5000):
        answer = json.loads(ask(client, text))
        assert "error" in answer, (text, answer)
    client.close()
    s.do("control", "P1", 1, "add", "--as", "bob").has('<<"1">>')


@case
def half_a_line_is_waited_for(s):
    s.counter_with_port()
    client = s.raw()
    client.sendall(b'{"ddlltool":1,"do":"sta')
    s.do("control", "P1", 1, "add", "--as", "bob").has('<<"1">>')
    assert json.loads(ask(client, 'tus"}'))["steps"] == 3
    half = s.raw()
    half.sendall(b'{"ddlltool":1,"do"')
    half.close()
    sends_only = s.raw()
    sends_only.sendall(b'{"ddlltool":1,"do":"status"}\n{"ddlltool":1,"do":"why","driver":"counter"}\n')
    sends_only.shutdown(socket.SHUT_WR)
    assert json.loads(read_line(sends_only))["steps"] == 3
    until("the server hangs up", lambda: sends_only.recv(65536) == b"")
    s.do("status").has("counter")


@case
def a_line_of_a_hundred_megabytes_is_refused(s):
    s.counter_with_port()
    client = s.raw()
    answer = b""
    with contextlib.suppress(OSError):
        for _ in range(100):
            client.sendall(b"x" * (1 << 20))
    with contextlib.suppress(OSError):
        answer = client.recv(65536)
    assert answer == b"" or b"too long" in answer, answer
    s.do("control", "P1", 1, "add", "--as", "bob").has('<<"1">>')
    server = s.server()
    size = int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{server}/status").read_text(encoding="ascii"))[1])
    assert size < 300 * 1024, f"the server keeps {size} KB"


@case
def many_lines_at_once_are_answered_in_order(s):
    s.load("counter", "counter_v1.so", "user")
    s.do("open", "counter")
    client = s.raw()
    request = json.dumps({"ddlltool": 1, "do": "call", "by": "user", "call": 'port_control(P1, 1, "add")'}).encode() + b"\n"
    client.sendall(request * 200)
    reader = client.makefile("r", encoding="utf-8")
    assert [json.loads(reader.readline())["term"] for _ in range(200)] == [f'<<"{n}">>' for n in range(1, 201)]


@case
def another_protocol_is_refused_and_may_still_stop(s):
    s.counter_with_port()
    client = s.raw()
    answer = json.loads(ask(client, '{"ddlltool":999,"do":"status"}'))
    assert "another protocol" in answer["error"]["message"] and "session stop" in answer["error"]["hint"], answer
    assert json.loads(ask(client, '{"ddlltool":999,"do":"stop"}'))["stopped"] is True
    until("it has ended", lambda: not s.processes())


# --- status and why --------------------------------------------------------------------------------------------------


@case
def status_tells_memory_from_disk(s):
    s.load("counter", "counter_v1.so")
    assert s.json("status")["drivers"][0]["on_disk"]["same"] is True
    s.put("counter_v2.so", "counter")
    s.do("status").has("in memory  v1", "ANOTHER one")
    driver = s.json("status")["drivers"][0]
    assert driver["on_disk"]["same"] is False and driver["mapped"]["build_id"] != driver["on_disk"]["build_id"], driver
    (s.live / "counter.so").unlink()
    s.do("status").has("on disk")
    assert "trouble" in s.json("status")["drivers"][0]["on_disk"]


@case
def status_of_many_fits_eighty_columns(s):
    s.put("counter_v1.so", "counter")
    s.put("echo_v1.so", "echo")
    lines = [f'as(process_number_{i}).\nerl_ddll:try_load("{s.live}", counter, [{{monitor, pending_driver}}]).\n'
             f'open_port({{spawn_driver, "counter"}}, []).\nerl_ddll:monitor(driver, {{counter, unloaded}}).\n' for i in range(30)]
    s.shell("".join(lines), code=None)
    s.do("unload", "counter", "--as", "process_number_3")
    fits(s.do("status"))
    s.do("why", "counter").has("process_number_7", "the shortest way out: 59 calls")
    status = s.json("status")["drivers"][0]
    assert len(status["users"]) == 29 and status["port_count"] == 30 and len(status["waits"]) >= 30, status


@case
def status_has_no_colour_unless_it_may(s):
    s.load("counter", "counter_v1.so")
    assert "\x1b[" not in s.do("status").out
    assert "\x1b[" in s.do("status", "--color", "always").out
    assert "\x1b[" not in s.do("status", "--color", "never").out

    def on_a_terminal(extra):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(PROGRAM, [PROGRAM, "status"], {**s.environment, "TERM": "xterm", **extra})
        seen = b""
        with contextlib.suppress(OSError):
            while more := os.read(terminal, 4096):
                seen += more
        os.waitpid(pid, 0)
        return seen

    assert b"\x1b[" in on_a_terminal({})
    assert b"\x1b[" not in on_a_terminal({"NO_COLOR": "1"})


@case
def watch_shows_changes_on_a_pipe_too(s):
    s.load("counter", "counter_v1.so")
    watching = s.start("status", "--watch", "--interval", "10ms")
    seen = b""
    while b"alice: 1" not in seen:
        seen += os.read(watching.stdout.fileno(), 4096)
    s.do("open", "counter", "--as", "bob")
    while b"P1 of bob" not in seen:
        seen += os.read(watching.stdout.fileno(), 4096)
    watching.send_signal(signal.SIGINT)
    assert s.end(watching).code == 0
    again = s.start("status", "--watch", "--interval", "10ms")
    os.read(again.stdout.fileno(), 1)
    s.do("session", "stop")
    assert s.end(again).code == 77


@case
def why_tells_each_hold_and_who_made_it(s):
    s.counter_with_port()
    s.do("load", s.live, "counter", "--as", "carol")
    s.do("reload", "counter", "--pending", "--monitor", "--as", "alice")
    done = s.do("why", "counter").has("a reload waits", "since step 4", "P1 of bob", "step 2", "alice until it is loaded", "close P1 --as bob")
    fits(done, 140)
    why = s.json("why", "counter")
    assert why["status"] == "reload_pending" and why["holds"][0]["made_by"]["step"] == 2, why
    assert [move["call"] for move in why["ways"][0]["moves"]] == ["port_close(P1)"], why


@case
def the_way_out_of_why_is_a_way_out(s):
    """Each command that why names is done; after the last one the reload has happened."""
    s.counter_with_port()
    s.do("open", "counter", "--as", "carol")
    s.do("load", s.live, "counter", "--as", "dora")
    s.put("counter_v2.so", "counter")
    s.do("reload", "counter", "--pending", "--as", "alice")
    moves = s.json("why", "counter")["ways"][0]["moves"]
    assert len(moves) == 2, moves
    for move in moves:
        s.do(*move["command"].split()[1:])
    driver = s.json("status")["drivers"][0]
    assert driver["status"] == "loaded" and driver["mapped"]["version"] == "v2", driver
    for move in s.json("why", "counter")["ways"][0]["moves"]:
        s.do(*move["command"].split()[1:])
    s.do("status").has("no driver is loaded")


@case
def why_of_an_async_job_an_open_queue_and_a_lock(s):
    s.load("queue", user="user")
    s.do("open", "queue")
    s.do("why", "queue").has("P1 of user")
    s.load("late_drain", user="user")
    s.do("open", "late_drain")
    s.do("command", "P2", "data", code=None)
    s.do("close", "P2", code=None)
    s.do("unload", "late_drain", code=None)
    s.do("why", "late_drain", code=None)


@case
def why_tells_what_a_reload_would_do_now(s):
    s.counter_with_port()
    s.do("load", s.live, "counter", "--as", "carol")
    why = s.json("why", "counter")
    rows = {(row["by"], row["option"]): row["answer"] for row in why["reload_now"]}
    assert rows[("alice", "pending_driver")] == "{error,pending_process}", rows
    assert rows[("carol", "pending")] == "{ok,pending_process}", rows
    assert any(way["means"] == "force" and way["die"] == ["bob"] for way in why["ways"]), why["ways"]


@case
def findings_count_once_and_by_severity(s):
    s.put("pinned_v1.so", "pinned")
    s.do("load", s.live, "pinned")
    s.put("pinned_v2.so", "pinned")
    first = s.do("reload", "pinned", code=1).has("NOT REPLACED", "reload-kept-old-code", "cure:")
    assert first.out.count("error reload-kept-old-code") == 1
    s.do("info", "pinned", "port_count").has("0")
    s.do("status").has("findings", "the reload kept the old code", "never left")
    s.do("unload", "pinned", "--fail-on", "never")
    s.do("session", "stop", code=None)
    s.put("pinned_v1.so", "pinned")
    s.do("load", s.live, "pinned")
    s.do("unload", "pinned", "--fail-on", "never", code=0).has("NOT UNLOADED")


# --- export ----------------------------------------------------------------------------------------------------------


@case
def export_of_plain_use(s):
    s.counter_with_port()
    s.do("control", "P1", 1, "add", "--as", "bob")
    s.do("advance", "20ms")
    s.do("close", "P1", "--as", "bob")
    scenario = s.exported(verify=True)
    assert len(scenario["steps"]) == 6 and scenario["strict"] is True, scenario
    s.do("session", "export", s.folder / "stories/story.json", code=3).complains("is there already", "--force")
    s.do("session", "export", "/proc/no/story.json", code=3)


@case
def export_of_a_reload(s):
    s.counter_with_port()
    s.do("install", DRIVERS / "counter_v2.so", s.live, "counter")
    s.do("reload", "counter", "--monitor", "--as", "alice")
    s.do("close", "P1", "--as", "bob")
    s.do("open", "counter", "--as", "bob")
    scenario = s.exported(verify=True)
    assert any("receives" in step for step in scenario["steps"]), scenario


@case
@not_sanitized
def export_of_a_crash(s):
    s.load("crash_in", user="user")
    s.do("open", "crash_in", "control", "segv")
    s.do("control", "P1", 0, code=4)
    scenario = s.exported()
    assert scenario["expected_crash"] == {"signal": "SIGSEGV", "callback": "control"}, scenario


@case
def export_of_an_exit(s):
    s.load("crash_in", user="user")
    s.do("open", "crash_in", "control", "exit")
    s.do("control", "P1", 0, code=4)
    assert s.exported()["expected_crash"]["exit"] == 3


@case
def export_of_a_finding(s):
    s.put("pinned_v1.so", "pinned")
    s.do("load", s.live, "pinned")
    s.do("install", DRIVERS / "pinned_v2.so", s.live, "pinned")
    s.do("reload", "pinned", code=1)
    assert "reload-kept-old-code" in s.exported()["expected_findings"]


@case
def export_of_a_file_overwritten_from_outside(s):
    s.load("counter", "counter_v1.so", "user")
    s.do("unload", "counter")
    shutil.copyfile(DRIVERS / "counter_v2.so", s.live / "counter.so")
    s.do("load", s.live, "counter").has("counter/v2 init")
    scenario = s.exported()
    assert [step.get("how") for step in scenario["steps"] if "install" in step] == [None, "overwrite"], scenario["steps"]


@case
def export_of_a_file_replaced_from_outside(s):
    s.counter_with_port()
    s.put("counter_v2.so", "counter")
    s.do("reload", "counter", "--as", "alice")
    s.put("counter_v1.so", "counter")
    s.do("close", "P1", "--as", "bob").has("counter/v1 init")
    scenario = s.exported()
    assert [step["version"] for step in scenario["steps"] if "install" in step] == ["v1", "v2", "v1"], scenario["steps"]


@case
def export_of_a_removed_file(s):
    s.load("counter", "counter_v1.so", "user")
    (s.live / "counter.so").unlink()
    s.do("reload", "counter")
    s.do("load", s.live, "counter", code=1)
    s.put("counter_v2.so", "counter")
    s.do("load", s.live, "counter").has("counter/v2")
    scenario = s.exported()
    assert any(step.get("how") == "remove" for step in scenario["steps"]), scenario["steps"]


@case
def export_of_a_touched_file(s):
    s.load("counter", "counter_v1.so", "user")
    os.utime(s.live / "counter.so", (1, 1))
    s.do("reload", "counter")
    s.put("counter_v1.so", "counter")  # the same bytes in another file: another library to the loader
    s.do("reload", "counter")
    scenario = s.exported()
    assert [step["version"] for step in scenario["steps"] if "install" in step] == ["v1", "v1"], scenario["steps"]


@case
def export_of_several_folders_and_spellings(s):
    s.put("counter_v1.so", "counter", s.folder / "a/b")
    s.put("echo_v1.so", "echo", s.folder / "c")
    s.do("load", "a/b", "counter")
    s.do("load", f"{s.folder}/a/../a/b", "counter", code=1).has("inconsistent")
    s.do("load", "./c", "echo")
    s.do("load", f"{s.folder}//c", "echo", code=1).has("inconsistent")
    s.do("load", "c/", "echo", code=None)
    scenario = s.exported()
    assert len(scenario["paths"]) >= 4, scenario["paths"]


@case
def export_of_blocked_calls(s):
    s.counter_with_port()
    done = s.shell(f'erl_ddll:reload("{s.live}", counter).\n', "--as", "alice", code=None)
    s.do("close", "P1", "--as", "bob")
    scenario = s.exported(verify=True)
    if "blocks" in done.out:
        assert any(step.get("blocks") for step in scenario["steps"]) and any("unblocks" in step for step in scenario["steps"]), scenario["steps"]


@case
def export_of_exits_binaries_and_messages_of_two(s):
    s.load("echo", "echo_v1.so")
    s.do("open", "echo", "--as", "bob", "--settings", "[binary]")
    s.do("open", "echo", "--as", "carol")
    s.do("command", "P1", 'bytes "\x7f" and more', "--as", "bob", code=None)
    s.do("command", "P2", "<<0, 255, 1:3, 0:5>>", "--term", "--as", "carol", code=None)
    s.do("monitor", "echo", "--unloaded", "--as", "bob")
    s.do("monitor", "echo", "--unloaded", "--as", "carol")
    s.do("exit", "kill", "--to", "P1", "--as", "carol", code=None)
    s.do("exit", "{shutdown, 1}", "--as", "carol")
    s.do("unload", "echo", "--as", "alice")
    scenario = s.exported()
    assert any("exits" in step for step in scenario["steps"]), scenario["steps"]
    assert sum("receives" in step for step in scenario["steps"]) >= 2, scenario["steps"]


@case
def export_of_calls_with_literal_folders(s):
    s.put("counter_v1.so", "counter")
    s.shell(f'erl_ddll:load("{s.live}", counter).\nX = erl_ddll:info(counter, port_count).\nX.\nerl_ddll:unload(counter).\n')
    s.exported()


# --- the shell -------------------------------------------------------------------------------------------------------


@case
def shell_reads_a_pipe(s):
    s.put("counter_v1.so", "counter")
    done = s.shell(f"""% a comment. with a full stop.
erl_ddll:try_load("{s.live}",
                  counter,   % the name
                  []).
as(bob).
Port = open_port({{spawn_driver, "counter"}}, []). port_control(Port, 1, "a. b").
port_control(Port, 1, <<"'quoted'">>).
status(). why(counter). log(). help().
spawn(carol, trap_exit).
install("{DRIVERS}/counter_v2.so", "{s.live}", counter).
advance("10ms").
flush().
q().
never_reached().
""")
    done.has("{ok,loaded}", "Port\n", '<<"1">>', '<<"2">>', "users      alice: 1" if False else "counter  loaded", "why", "Functions of the shell")
    assert s.json("status")["processes"][-1]["name"] in ("bob", "carol", "user")
    assert "never_reached" not in done.out + done.err


@case
def shell_says_where_a_mistake_is(s):
    done = s.shell("erl_ddll:info(.\nerl_ddll:inof().\nerl_ddll:info(1, 2, 3).\nX.\nfoo", code=2)
    done.has("line 1, column 15", "did you mean erl_ddll:info?", "has no form with 3 arguments", "X has no value", "no full stop at its end")
    assert done.out.count("\n* ") + done.out.startswith("* ") == 5, done


@case
def shell_exit_code_is_that_of_the_worst_line(s):
    s.shell("erl_ddll:info().\n")
    s.shell("erl_ddll:unload(nope).\nerl_ddll:info().\n", code=1).has("{error,not_loaded}")
    s.put("crash_in.so", "crash_in")
    s.shell(f'erl_ddll:load("{s.live}", crash_in).\nP = open_port({{spawn_driver, "crash_in control exit"}}, []).\nport_control(P, 0, []).\n', code=4)
    s.shell(f'erl_ddll:load("{s.live}", crash_in).\n').has("ok\n")


@case
def shell_gives_terms_to_scripts(s):
    done = s.shell("erl_ddll:info().\n1 + 1.\n{ok, [a]}.\n", "--format", "term")
    assert done.out.endswith("2.\n{ok,[a]}.\n"), done
    done = s.shell("1 + 1.\n", "--format", "json")
    assert done.json()["term"] == "2"


@case
def shell_takes_folders_from_where_it_runs(s):
    s.put("counter_v1.so", "counter")
    s.shell('R = erl_ddll:try_load("live", counter, []).\nerl_ddll:load("./live", counter).\n', code=1).has("{ok,loaded}", "{error,bad_driver_name}", "another spelling of its path")
    scenario = s.exported()
    assert scenario["paths"]["Dir"] == "live", scenario["paths"]


@case
def shell_binds_and_matches(s):
    done = s.shell("{A, B} = {1, [x]}.\nA + 1.\n{A, C} = {2, 3}.\nC.\n", code=None)
    done.has("{1,[x]}", "2\n", "does not match", "C has no value")


@case
def shell_goes_on_in_a_new_session_when_the_old_one_ended(s):
    shell = s.start("shell", stdin=subprocess.PIPE)
    shell.stdin.write(b"1 + 1.\n")
    shell.stdin.flush()
    assert os.read(shell.stdout.fileno(), 10) == b"2\n"
    s.do("session", "stop")
    done = s.end(shell, b"2 + 2.\n")
    assert done.code == 0 and done.out == "4\n", done


# --- terminals -------------------------------------------------------------------------------------------------------


class Tmux:
    def __init__(self, s):
        if not shutil.which("tmux"):
            raise Skip("no tmux here")
        self.name = f"ddlltool-test-{os.getpid()}-{id(self)}"
        self.environment = {**s.environment, "TERM": "xterm", "TMUX_TMPDIR": str(s.folder), "PS1": "READY:"}
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "100", "-y", "40", "-c", str(s.folder), "env", "-i",
                  *(f"{k}={v}" for k, v in self.environment.items() if k not in ("TMUX_TMPDIR",)), "bash", "--norc", "--noprofile")
        self.shows("READY:")

    def tmux(self, *arguments):
        return subprocess.run(["tmux", "-L", self.name, *arguments], env=self.environment, capture_output=True, text=True, timeout=PATIENCE,
                              check=False).stdout

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def type(self, text):
        self.tmux("send-keys", "-l", text)

    def line(self, text):
        self.type(text)
        self.keys("Enter")

    def pane(self):
        return self.tmux("capture-pane", "-p")

    def shows(self, text, times=1):
        pane = ""

        def there():
            nonlocal pane
            pane = self.pane()
            return pane.count(text) >= times

        try:
            until(f"the terminal shows {text!r}", there)
        except AssertionError as e:
            raise AssertionError(f"{e}\n{pane}") from None

    def close(self):
        self.tmux("kill-server")


@contextlib.contextmanager
def terminal(s):
    tmux = Tmux(s)
    try:
        yield tmux
    finally:
        tmux.close()


@case
def shell_on_a_terminal(s):
    s.load("counter", "counter_v1.so", "alice")
    s.do("open", "counter", "--as", "alice", "--let", "MyPort")
    with terminal(s) as t:
        t.line(f"{PROGRAM} shell --as alice")
        t.shows("alice>")
        t.type("erl_ddll:inf")
        t.keys("Tab")
        t.shows("erl_ddll:info(")
        t.type("cou")
        t.keys("Tab")
        t.shows("erl_ddll:info(counter")
        t.line(", port_count).")
        t.shows("\n1\n")
        t.type("port_control(MyP")
        t.keys("Tab")
        t.shows("port_control(MyPort")
        t.line(', 1, "x").')
        t.shows('<<"1">>')
        t.type("as(ali")
        t.keys("Tab")
        t.shows("as(alice")
        t.line(").")
        t.line("{one,")
        t.shows(".....>")
        t.line("two}.")
        t.shows("{one,two}")
        t.type("this is nonsense")
        t.keys("C-c")
        t.shows("^C")
        t.line("{half,")
        t.shows(".....>", 2)
        t.keys("C-c")
        t.shows("^C", 2)
        t.line("1 + 41.")
        t.shows("\n42\n")
        t.keys("Up")
        t.shows("1 + 41.", 2)
        t.keys("Enter")
        t.shows("\n42\n", 2)
        until("it is ready again", lambda: t.pane().rstrip().endswith("alice>"))
        t.keys("C-d")
        t.line("echo left $?")
        t.shows("left 0")
        t.line(f"clear; {PROGRAM} shell --as alice")
        t.shows("alice>")
        t.keys("Up")
        t.shows("alice> 1 + 41.")
        t.keys("C-c")
        t.line("q().")
        t.shows("READY:")
        t.line("echo left again")
        t.shows("\nleft again")


@case
def watch_on_a_terminal(s):
    s.load("counter", "counter_v1.so")
    with terminal(s) as t:
        t.line(f"{PROGRAM} status --watch --interval 20ms; echo code $?")
        t.shows("alice: 1")
        s.do("open", "counter", "--as", "bob")
        t.shows("P1 of bob, open")
        s.do("close", "P1", "--as", "bob")
        until("the port is gone", lambda: "P1 of bob" not in t.pane())
        t.keys("C-c")
        t.shows("code 0")


# --- all of them -----------------------------------------------------------------------------------------------------


def main():
    global PROGRAM, DRIVERS
    options = options_of(__doc__)
    PROGRAM, DRIVERS = options.program, options.drivers
    return run_cases(options, Stage)


if __name__ == "__main__":
    sys.exit(main())
