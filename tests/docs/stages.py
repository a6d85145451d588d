"""The folders that the pages speak of, and what is known of single command lines.

LINES has an entry for each line of a page that is not simply typed with exit code 0. A line that no page has any more
makes the test fail, so the table stays true.
"""
import shutil
import subprocess
from dataclasses import dataclass, field


@dataclass
class Entry:
    why: str = ""               # what makes the line special
    run: bool = True            # False: not run here; `why` says where else, or why nowhere
    code: int = 0               # exit code
    typed: str = ""             # what is typed instead of the line
    needs: tuple = ()           # programs, or paths with * in them, without which the line is skipped
    writes: tuple = ()          # files that must be there afterwards
    environment: dict = field(default_factory=dict)


def elsewhere(why):
    return Entry(why=why, run=False)


WATCH = elsewhere("plays until Ctrl-C: tests/cli/terminal.py watches")
PROJECTS = elsewhere("played with the project it belongs to by tests/integration/run.py")
LIVE = elsewhere("needs a live node: tests/doctor/run.py starts some")
RECORDED = elsewhere("records a node: tests/record/run.py does")
NODE = Entry(why="a real emulator judges", needs=("erl",))

BLOCKS = {
    ("docs/ci.md", "console"): "tests/integration/journey.py types these blocks, in their order, with their changes to the driver",
}

LINES = {
    ("README.md", "build-gcc/ddlltool run tests/scenarios/demo/pinned.json"): Entry(
        why="the finding is what the story is about", code=1),
    ("README.md", "build-gcc/ddlltool run tests/scenarios/real/sqlite3_drv_closed_early.json"): Entry(
        why="a driver of Debian's", needs=("/usr/lib/erlang/lib/p1_sqlite3-*/priv/sqlite3_drv.so",)),
    ("README.md", "ddlltool check /usr/lib/erlang/lib/megaco-*/priv/lib/megaco_flex_scanner_drv.so"): Entry(
        why="a driver of Debian's, UNSAFE", code=1, needs=("/usr/lib/erlang/lib/megaco-*/priv/lib/megaco_flex_scanner_drv.so",)),
    ("docs/ci.md", "ddlltool check upper.so --workload stories/letters.json --driver-path ."): PROJECTS,
    ("docs/ci.md", "ddlltool run -q --driver-path . stories"): PROJECTS,
    ("docs/ci.md", "ddlltool check priv/roman.so --workload stories/numbers.json --driver-path priv"): PROJECTS,
    ("docs/ci.md", "ddlltool run -q --driver-path priv stories"): PROJECTS,
    ("docs/ci.md", "ddlltool check priv/morse.so --workload stories/letters.json --driver-path priv"): PROJECTS,
    ("docs/ci.md", "ddlltool check upper.so --against old/upper.so --format text,junit=reload-check.xml"): PROJECTS,
    ("docs/doctor.md", "ddlltool doctor --pid PID"): LIVE,
    ("docs/doctor.md", "ddlltool doctor --node NAME@HOST"): LIVE,
    ("docs/doctor.md", "ddlltool doctor --pid PID --format json"): LIVE,
    ("docs/doctor.md", "ddlltool doctor --pid PID --watch"): LIVE,
    ("docs/export.md", "ddlltool export --ct stories --into test --driver-path priv"): Entry(
        why="the page names the file", writes=("test/stories_SUITE.erl", "test/stories_SUITE_data")),
    ("docs/export.md", "ddlltool export --eunit stories --into test --driver-path priv"): Entry(
        why="the page names the file", writes=("test/stories_tests.erl", "test/stories_tests_data")),
    ("docs/patterns.md", "build-gcc/ddlltool verify tests/scenarios/patterns"): NODE,
    ("docs/record.md", "ddlltool record -- rebar3 ct"): RECORDED,
    ("docs/record.md", "ddlltool record --into stories -- escript demo.escript"): RECORDED,
    ("docs/record.md", "ddlltool record --driver counter -- erl -noshell -s my_app"): RECORDED,
    ("docs/record.md", "ddlltool check priv/counter.so --workload recorded/recorded.json"): RECORDED,
    ("docs/terminal.md", 'eval "$(ddlltool completions zsh)"'): Entry(
        why="for zsh", needs=("zsh",),
        typed="""zsh -fc 'autoload -Uz compinit; compinit -u -D; eval "$(ddlltool completions zsh)"'"""),
    ("docs/terminal.md", "ddlltool completions fish | source"): Entry(
        why="for fish", needs=("fish",), typed="fish --no-config -c 'ddlltool completions fish | source'"),
    ("docs/terminal.md", "ddlltool run --watch tests/reload.json"): WATCH,
    ("docs/terminal.md", "ddlltool check --watch build/counter.so"): WATCH,
    ("docs/terminal.md", "ddlltool run --fliter reload tests"): Entry(why="an option that there is not", code=2),
    ("docs/terminal.md",
     "ddlltool run --shard ${{ matrix.shard }}/5 --format text,json=part-${{ matrix.shard }}.json tests"): Entry(
        why="GitHub puts the numbers in", writes=("part-4.json",),
        typed="ddlltool run --shard 4/5 --format text,json=part-4.json tests"),
    ("docs/terminal.md", "ddlltool run --format text,json=part-$CI_NODE_INDEX.json tests"): Entry(
        why="GitLab sets the variables", writes=("part-5.json",),
        environment={"CI_NODE_INDEX": "5", "CI_NODE_TOTAL": "5"}),
    ("docs/verify.md", "ddlltool verify story.json"): NODE,
    ("docs/verify.md", "ddlltool verify -j2 tests/scenarios"): NODE,
    ("docs/verify.md", "ddlltool verify --verbose story.json"): NODE,
    ("docs/verify.md", "ddlltool verify --format json tests > all.json"): Entry(
        why="a real emulator judges", needs=("erl",), writes=("all.json",)),
    ("docs/verify.md", "ddlltool verify --record node.json tests"): Entry(
        why="a real emulator judges", needs=("erl",), writes=("node.json",)),
    ("docs/verify.md", "ddlltool verify --recorded node.json tests"): NODE,
    ("docs/releases.md", "ddlltool verify --record node.json tests"): Entry(
        why="a real emulator judges", needs=("erl",), writes=("node.json",)),
    ("docs/releases.md", "ddlltool verify --recorded node.json tests"): NODE,
    ("docs/verify.md", "ddlltool verify --random 5000 --seed 7"): Entry(
        why="5000 stories take minutes", needs=("erl",), typed="ddlltool verify --random 20 --seed 7"),
}

COUNT = """{
  "scenario": 1, "title": "Counting", "processes": { "alice": {} }, "paths": { "Dir": "live" },
  "drivers": { "counter": { "v1": "counter.so" } },
  "steps": [
    { "install": "counter", "version": "v1", "into": "Dir" },
    { "by": "alice", "call": "erl_ddll:load(Dir, counter)", "returns": "ok" },
    { "by": "alice", "call": "open_port({spawn_driver, \\"counter\\"}, [binary])", "returns": "P" },
    { "by": "alice", "call": "port_control(P, 1, <<\\"42\\">>)", "returns": "<<\\"42\\">>" },
    { "by": "alice", "call": "port_close(P)", "returns": "true" },
    { "by": "alice", "call": "erl_ddll:unload(counter)", "returns": "ok" }
  ]
}
"""


def project(stage):
    """A driver project: the file that is asked about, the one before it, and scenarios."""
    for old in ("lib/counter.so", "old.so", "old/counter.so", "released/counter.so"):
        stage.driver("counter_v1.so", old)
    for new in ("counter.so", "counter_v2.so", "new.so", "new/counter.so", "priv/counter.so", "build/counter.so"):
        stage.driver("counter_v2.so", new)
    stage.write("stories/count.json", COUNT)                                # with --driver-path
    stage.write("stories/use.json", COUNT.replace("counter.so", "../counter.so"))


def checkout(stage):
    """A checkout with its build folder, which is only read."""
    stage.link("build-gcc", stage.build)
    stage.link("tests", stage.root / "tests")


def readme(stage):
    checkout(stage)
    project(stage)


def few_scenarios(stage):
    """Stories of ddlltool's own that pass, under the names that pages use."""
    shutil.copy(stage.root / "tests/scenarios/demo/counter.json", stage.folder / "story.json")
    for folder in ("tests", "tests/scenarios"):
        (stage.folder / folder).mkdir(exist_ok=True)
        for number in ("l01", "l02", "l03"):
            shutil.copy(stage.root / f"tests/scenarios/lifecycle/{number}.json", stage.folder / folder)


def releases(stage):
    project(stage)
    few_scenarios(stage)


def machines(stage):
    """What the other machines have written by the time that the parts are merged."""
    project(stage)
    few_scenarios(stage)
    for part in (1, 3, 4, 5):
        subprocess.run(["ddlltool", "run", "--quiet", "--shard", f"{part}/5", "--format", f"json=part-{part}.json", "tests"],
                       cwd=stage.folder, env=stage.environment, check=True, stdin=subprocess.DEVNULL,
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)


STAGES = {
    "README.md": readme,
    "docs/patterns.md": checkout,
    "docs/releases.md": releases,
    "docs/report.md": few_scenarios,
    "docs/terminal.md": machines,
    "docs/verify.md": few_scenarios,
}
