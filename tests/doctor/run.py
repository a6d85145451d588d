#!/usr/bin/env python3
"""`ddlltool doctor` on live nodes that were prepared: what each has mapped, and what must be said of it.

usage: tests/doctor/run.py --program build-gcc/ddlltool --build build-gcc [--only REGEX] [--show]

Ends with "N passed, N failed", counted in nodes and mistakes; 77 when there is no erl.
"""
import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
COOKIE = "ddlltool_doctor_test"
CASES = []
# Evaluates what it reads, one expression for each line, until its input ends. What it loads belongs to one process.
LOOP = """
Loop = fun(Loop) ->
    case io:get_line("") of
        eof -> halt();
        Line ->
            {ok, Tokens, _} = erl_scan:string(Line),
            {ok, Exprs} = erl_parse:parse_exprs(Tokens),
            Value = try erl_eval:exprs(Exprs, []) of {value, V, _} -> V catch C:R -> {C, R} end,
            io:format("~0p~n", [Value]),
            Loop(Loop)
    end
end,
register(owner, self()), io:format("ready~n"), Loop(Loop).
"""


class Node:
    def __init__(self, name):
        self.name = f"ddlltool_{name}_{os.getpid()}"
        self.process = subprocess.Popen(
            ["erl", "-noshell", "-sname", self.name, "-setcookie", COOKIE, "-eval", LOOP],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
        assert self.line() == "ready"
        self.full_name = self.ask("node()").strip("'")
        self.pid = int(self.ask("list_to_integer(os:getpid())"))

    def line(self):
        text = self.process.stdout.readline()
        assert text, f"node {self.name} has ended"
        return text.rstrip("\n")

    def ask(self, expression):
        self.process.stdin.write(expression + ".\n")
        self.process.stdin.flush()
        return self.line()

    def must(self, expression, value):
        got = self.ask(expression)
        assert got == value, f"{expression} gave {got}, not {value}"

    def end(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Stage:
    def __init__(self, arguments, folder, name):
        self.program, self.build, self.show = arguments.program, arguments.build, arguments.show
        self.folder, self.name, self.nodes = folder, name, []

    def node(self):
        self.nodes.append(Node(self.name))
        return self.nodes[-1]

    def node_with(self, driver, source, into=""):
        """A node that has loaded it."""
        node = self.node()
        self.load(node, driver, source, into)
        return node

    def load(self, node, driver, source, into=""):
        self.put(driver, source, into)
        node.must(f"erl_ddll:load({self.at(into)}, {driver})", "ok")

    def put(self, driver, source, into="", whole=True):
        """As a release does it: another file takes the name. `whole` False: written over the file that is there."""
        target = self.folder / into / f"{driver}.so"
        target.parent.mkdir(exist_ok=True)
        source = self.build / "drivers" / source
        if not whole:
            target.write_bytes(source.read_bytes())
            return
        new = target.with_suffix(".new")
        shutil.copy(source, new)
        new.rename(target)
        for part in source.parent.glob("lib*.so"):
            shutil.copy(part, target.parent / (part.name + ".new"))
            (target.parent / (part.name + ".new")).rename(target.parent / part.name)

    def at(self, into=""):
        return f'"{self.folder / into}"'

    def run(self, *words, user=None):
        prefix = ["setpriv", f"--reuid={user}", "--clear-groups"] if user else []
        done = subprocess.run([*prefix, self.program, "doctor", *words], capture_output=True, text=True,
                              env={**os.environ, "HOME": str(self.folder)}, timeout=120)
        if self.show:
            print(f"$ ddlltool doctor {' '.join(words)}\n{done.stdout}{done.stderr}({done.returncode})\n")
        return done

    def look(self, node, code, by_name=True):
        """What JSON says, with the name of the node too."""
        where = ["--node", node.full_name, "--cookie", COOKIE] if by_name else ["--pid", str(node.pid)]
        text = self.run(*where)
        done = self.run(*where, "--format", "json")
        assert done.returncode == code == text.returncode, (done.returncode, text.stdout, done.stderr)
        value = json.loads(done.stdout)
        for problem in value["problems"]:
            assert f"({problem['problem']})" in text.stdout, text.stdout
        return value


def case(function):
    CASES.append(function)
    return function


def problems(value):
    return sorted((p["driver"], p["problem"]) for p in value["problems"])


def state(value, driver):
    return [lib["state"] for lib in value["process"]["libraries"] if lib["driver"] == driver]


HEALTHY = {"counter": "counter_v1.so", "echo": "echo_v1.so", "timer": "timer.so", "queue": "queue.so", "terms": "terms.so"}


@case
def healthy_with_five_drivers(stage):
    node = stage.node()
    for name, file in HEALTHY.items():
        stage.load(node, name, file)
    node.must('is_port(open_port({spawn_driver, "counter"}, []))', "true")
    for by_name in (False, True):
        value = stage.look(node, 0, by_name)
        assert problems(value) == [], value["problems"]
        assert [lib["driver"] for lib in value["process"]["libraries"]] == sorted(HEALTHY), value
        assert all(lib["state"] == "current" and lib["pins"] == [] for lib in value["process"]["libraries"]), value


@case
def nothing_is_changed(stage):
    node = stage.node_with("counter", "counter_v1.so")
    node.must('is_port(open_port({spawn_driver, "counter"}, []))', "true")
    stage.look(node, 0)  # what the node loads for itself when it is first asked, it has loaded now
    seen = "{lists:sort(processes()), lists:sort(erlang:ports()), nodes(connected), length(code:all_loaded()), " \
           "erlang:memory(code), [erl_ddll:info(D) || {D, _} <- erl_ddll:info()]}"
    # Connections end by themselves, soon after the other side has closed them.
    wait = "(fun W() -> case nodes(connected) of [] -> ok; _ -> erlang:yield(), W() end end)()"
    node.must(wait, "ok")
    before = node.ask(seen)
    stage.look(node, 0)
    node.must(wait, "ok")
    assert node.ask(seen) == before


@case
def a_file_that_was_replaced_is_stale(stage):
    node = stage.node_with("counter", "counter_v1.so")
    stage.put("counter", "counter_v2.so")
    for by_name in (False, True):
        value = stage.look(node, 1, by_name)
        assert problems(value) == [("counter", "stale")] and state(value, "counter") == ["stale"], value
    library = value["process"]["libraries"][0]
    assert library["build_id"] != library["file_build_id"], library
    node.must(f"erl_ddll:reload({stage.at()}, counter)", "ok")
    assert state(stage.look(node, 0), "counter") == ["current"]


@case
def an_equal_file_is_not_stale(stage):
    node = stage.node_with("counter", "counter_v1.so")
    stage.put("counter", "counter_v1.so")
    value = stage.look(node, 0)
    assert state(value, "counter") == ["current"] and value["process"]["libraries"][0]["replaced"], value


@case
def libraries_without_build_ids_are_compared(stage):
    """The code that is mapped is compared with that of the file."""
    node = stage.node()
    for version in "12":
        stage.put("counter", f"counter_v{version}.so")
        subprocess.run(["objcopy", "--remove-section", ".note.gnu.build-id", stage.folder / "counter.so",
                        stage.folder / f"plain{version}.so"], check=True)
    use = lambda version: shutil.copy(stage.folder / f"plain{version}.so", stage.folder / "new") and \
        (stage.folder / "new").rename(stage.folder / "counter.so")
    use(1)
    node.must(f"erl_ddll:load({stage.at()}, counter)", "ok")
    use(1)
    assert state(stage.look(node, 0), "counter") == ["current"]
    use(2)
    assert state(stage.look(node, 1), "counter") == ["stale"]


@case
def a_file_that_is_gone(stage):
    node = stage.node_with("counter", "counter_v1.so", "old")
    shutil.rmtree(stage.folder / "old")
    value = stage.look(node, 1)
    assert problems(value) == [("counter", "file-removed")] and state(value, "counter") == ["removed"], value


@case
def a_file_that_was_written_over(stage):
    node = stage.node_with("counter", "counter_v1.so")
    stage.load(node, "echo", "echo_v1.so")
    stage.put("counter", "ledger_v1.so", whole=False)
    for by_name in (False, True):
        value = stage.look(node, 1, by_name)
        assert problems(value) == [("counter", "overwritten-in-place")], value
        assert state(value, "counter") == ["overwritten"] and state(value, "echo") == ["current"], value


@case
def a_reload_that_a_port_holds_up(stage):
    node = stage.node_with("counter", "counter_v1.so")
    node.must('register(kept, open_port({spawn_driver, "counter"}, []))', "true")
    stage.put("counter", "counter_v2.so")
    assert node.ask(f"erl_ddll:try_load({stage.at()}, counter, [{{reload, pending_driver}}, "
                    "{monitor, pending_driver}])").startswith("{ok,pending_driver")
    value = stage.look(node, 1)
    assert problems(value) == [("counter", "reload-pending"), ("counter", "stale")], value
    driver = value["node"]["drivers"][0]
    assert driver["pending"] == "reload" and len(driver["ports"]) == 1, driver
    way = driver["ways"][0]
    # What it says is done, and then it is free.
    assert [c["call"] for c in way["calls"]] == [f"port_close(list_to_port(\"{driver['ports'][0]['port']}\"))"], way
    assert way["calls"][0]["by"] == node.ask("self()"), way
    node.must(way["calls"][0]["call"], "true")
    assert state(stage.look(node, 0), "counter") == ["current"]


@case
def the_way_by_force_can_be_pasted(stage):
    node = stage.node()
    stage.put("counter", "counter_v1.so")
    node.must("register(other, spawn(fun() -> receive load -> ok end, "
              f"ok = erl_ddll:load({stage.at()}, counter), open_port({{spawn_driver, \"counter\"}}, []), "
              "receive stop -> ok end end))", "true")
    node.must("begin other ! load, (fun W() -> case erl_ddll:info() of [_] -> erlang:yield(), "
              "case erlang:port_info(lists:last(erlang:ports()), name) of {name, \"counter\"} -> ok; _ -> W() end; "
              "_ -> erlang:yield(), W() end end)() end", "ok")
    value = stage.look(node, 0)
    driver = value["node"]["drivers"][0]
    (process,) = [p for p in value["node"]["processes"] if p.get("registered_name") == "other"]
    assert driver["loads"] == [{"process": process["pid"], "count": 1}], driver
    for call in driver["ways"][-1]["calls"]:
        if "by" not in call:
            node.ask(call["call"])
        else:
            assert call["call"].startswith("erl_ddll:try_unload(counter"), call


@case
def two_of_a_name(stage):
    node = stage.node()
    found = "museum/dso-nodelete-flag/found/exhibit.so"
    stage.put("exhibit", found, "one")
    stage.put("exhibit", "museum/dso-nodelete-flag/fixed/exhibit.so", "two")
    node.must(f"erl_ddll:load({stage.at('one')}, exhibit)", "ok")
    node.must("erl_ddll:unload(exhibit)", "ok")
    value = stage.look(node, 1)
    assert problems(value) == [("exhibit", "left-behind"), ("exhibit", "pinned")], value
    node.must(f"erl_ddll:load({stage.at('two')}, exhibit)", "ok")
    value = stage.look(node, 1, by_name=False)
    assert [p for p in problems(value) if p[1] == "mapped-twice"] == [("exhibit", "mapped-twice")] * 2, value


PINS = {  # exhibit: what the mapped file shows of its pin, and the problem
    "dso-nodelete-flag": ("dso-nodelete-flag", "stale-pinned"),
    "dependency-pinned": ("dependency-pinned", None),
    "dso-pinned-unique-symbol": ("dso-pinned-unique-symbol", None),
    "dso-pinned-thread-local-destructor": ("dso-pinned-thread-local-destructor", None),
    "dso-holds-itself": ("dso-holds-itself", None),
    "dso-pinned-by-importer": (None, None),  # another library's doing: the file shows nothing
    "reload-kept-old-code": (None, None),
}


def pinned(stage, exhibit):
    """As its exhibit says it is replayed: opened and used, so that it pins itself; then reloaded, which answers ok."""
    rule, problem = PINS[exhibit]
    node = stage.node_with("exhibit", f"museum/{exhibit}/found/exhibit.so")
    node.ask('begin P = open_port({spawn_driver, "exhibit"}, []), catch port_control(P, 1, []), port_close(P) end')
    value = stage.look(node, 0)
    names = [pin["rule"] for pin in value["process"]["libraries"][0]["pins"] if pin["severity"] != "note"]
    assert rule is None or rule in names, value
    stage.put("exhibit", f"museum/{exhibit}/fixed/exhibit.so")
    node.must(f"erl_ddll:reload({stage.at()}, exhibit)", "ok")
    value = stage.look(node, 1)
    if exhibit == "dependency-pinned":  # the driver itself was replaced
        assert problems(value) == [("exhibit", "dependency-stale")], value
        return
    assert state(value, "exhibit") == ["stale"], value
    (said,) = [p for p in value["problems"] if p["problem"] in ("stale", "stale-pinned")]
    assert said["problem"] == (problem or said["problem"]), said
    assert rule is None or rule in said["evidence"], said


for name in PINS:
    function = lambda stage, name=name: pinned(stage, name)
    function.__name__ = "pinned_by_" + name.replace("-", "_")
    CASES.append(function)


@case
def a_node_without_drivers(stage):
    node = stage.node()
    value = stage.look(node, 0)
    assert value["process"]["libraries"] == [] and value["node"]["drivers"] == [], value
    assert "no driver library is mapped" in stage.run("--pid", str(node.pid)).stdout


@case
def watching_says_what_changes(stage):
    node = stage.node_with("counter", "counter_v1.so")
    watch = subprocess.Popen([stage.program, "doctor", "--pid", str(node.pid), "--watch", "--every", "20ms"],
                             stdout=subprocess.PIPE, text=True)
    try:
        assert "no problem found" in watch.stdout.readline()
        stage.put("counter", "counter_v2.so")
        while "1 problem" not in (line := watch.stdout.readline()):
            assert line, "it ended"
        watch.send_signal(signal.SIGINT)
        watch.stdout.read()
        assert watch.wait() == 1
    finally:
        watch.kill()
        watch.stdout.close()
        watch.wait()


def masked(text):
    """What differs from node to node: the same on the page and in a real answer, lines broken where they are."""
    text = re.sub(r"\b[0-9a-f]{12,40}\b", "ID", " ".join(text.split()))
    text = re.sub(r"[\w]+@\w+", "NODE", text)
    return re.sub(r"process \d+", "process PID", text)


@case
def the_page_shows_what_it_says(stage):
    page = (ROOT / "docs" / "doctor.md").read_text()
    block = re.search(r"```text\n\$ ddlltool doctor [^\n]*\n(.*?)```", page, re.S)[1]
    node = stage.node()
    include = node.ask("code:root_dir()").strip('"') + "/usr/include"
    for version in "12":
        subprocess.run(["cc", "-shared", "-fPIC", f"-DVERSION={version}", "-I", include, "-Wl,-z,nodelete,--build-id",
                        "-o", stage.folder / f"v{version}.so", ROOT / "drivers" / "counter.c"], check=True)
    (stage.folder / "v1.so").rename(stage.folder / "counter.so")
    node.must(f"erl_ddll:load({stage.at()}, counter)", "ok")
    (stage.folder / "v2.so").rename(stage.folder / "counter.so")
    node.must(f"erl_ddll:reload({stage.at()}, counter)", "ok")
    done = stage.run("--node", node.full_name, "--cookie", COOKIE)
    assert done.returncode == 1, done.stderr
    assert masked(done.stdout.replace(str(stage.folder), "/srv/kv/priv")) == masked(block), done.stdout


@case
def the_page_names_every_problem(stage):
    page = (ROOT / "docs" / "doctor.md").read_text()
    rows = re.findall(r"^DDLL_LIVE_PROBLEM\(\w+, \"([a-z-]+)\", (\w+),", (ROOT / "src/words/live_problems.def").read_text(), re.M)
    assert len(rows) > 10, rows
    assert sorted(rows) == sorted(re.findall(r"^\| `([a-z-]+)` \| (\w+) \|", page, re.M)), rows


def refused(stage, words, code, *texts, user=None):
    done = stage.run(*words, user=user)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    assert done.stdout == "", done.stdout
    for text in texts:
        assert text in done.stderr, (words, done.stderr)


@case
def mistakes_are_named(stage):
    node = stage.node()
    host = node.full_name.split("@")[1]
    refused(stage, [], 2, "needs a node")
    refused(stage, ["--node", "kv"], 2, "NAME@HOST")
    refused(stage, ["--pid", "4194304"], 3, "there is no process 4194304")
    refused(stage, ["--pid", str(os.getpid())], 3, "not an Erlang node")
    refused(stage, ["--node", node.full_name], 3, "no cookie", "--cookie")
    refused(stage, ["--node", node.full_name, "--cookie", "wrong"], 3, "refused", "--cookie")
    refused(stage, ["--node", f"nobody_here@{host}", "--cookie", COOKIE], 3, "knows no node nobody_here", "epmd -names")
    refused(stage, ["--node", "kv@host.invalid", "--cookie", COOKIE], 3, "there is no host host.invalid")
    (stage.folder / ".erlang.cookie").write_text(COOKIE + "\n")
    assert stage.run("--node", node.full_name).returncode == 0
    assert node.ask("nodes(known) -- [node() | nodes(connected)]") is not None  # it still answers


@case
def a_shell_around_a_node_names_the_node(stage):
    shell = subprocess.Popen(["sh", "-c", "erl -noshell -eval 'io:format(\"~s~n\", [os:getpid()])'; true"],
                             stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        node = int(shell.stdout.readline())
        refused(stage, ["--pid", str(shell.pid)], 3, f"its child {node} is one", f"--pid {node}")
    finally:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.stdout.close()
        shell.wait()


@case
def somebody_elses_node(stage):
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        print("  not run: needs root and setpriv")
        return
    refused(stage, ["--pid", str(stage.node().pid)], 3, "belongs to another user", user=65534)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--program", required=True, type=lambda p: str(Path(p).resolve()))
    parser.add_argument("--build", required=True, type=lambda p: Path(p).resolve())
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true", help="print what doctor says")
    arguments = parser.parse_args()
    if shutil.which("erl") is None:
        print("no erl: doctor needs nodes to look at")
        return 77
    passed = failed = 0
    for function in CASES:
        if not re.search(arguments.only, function.__name__):
            continue
        with tempfile.TemporaryDirectory() as folder:
            stage = Stage(arguments, Path(folder), str(len(CASES)) + function.__name__[:20])
            os.chmod(folder, 0o755)
            try:
                function(stage)
                passed += 1
            except Exception:
                failed += 1
                print(f"--- FAILED   {function.__name__}\n{traceback.format_exc()}")
            finally:
                for node in stage.nodes:
                    node.end()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
