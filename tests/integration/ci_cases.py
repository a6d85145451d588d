"""The composite action, the workflow and the GitLab job: their shell steps are run here, one after the other."""
import json
import re
import shutil
import xml.etree.ElementTree as ElementTree

from package_cases import package
from project_cases import break_driver
from sandbox import HERE, ROOT, Skipped, need

ACTION = ROOT / ".github/actions/reload-check/action.yml"
EXPRESSION = re.compile(r"\$\{\{\s*([a-z]+)\.([\w.-]+)\s*\}\}")


def yaml():
    try:
        import yaml as module
    except ImportError:
        raise Skipped("there is no python3-yaml here") from None
    return module


def read(path):
    return yaml().safe_load(path.read_text(encoding="utf-8"))


class Runner:
    """As much of a CI machine as the steps can see."""

    def __init__(self, sandbox, workspace, path=None):
        self.sandbox, self.workspace = sandbox, workspace
        self.places = [str(path or sandbox.prefix / "bin")]
        self.temp = sandbox.fresh("runner")
        for name in ("output", "path", "summary"):
            (self.temp / name).touch()

    def step(self, script, env):
        (self.temp / "step.sh").write_text(script, encoding="utf-8")
        files = {"GITHUB_OUTPUT": "output", "GITHUB_PATH": "path", "GITHUB_STEP_SUMMARY": "summary"}
        full = {name: str(self.temp / file) for name, file in files.items()}
        full.update(RUNNER_TEMP=str(self.temp), GITHUB_WORKSPACE=str(self.workspace), GITHUB_ACTION_PATH=str(ACTION.parent))
        done = self.sandbox.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", self.temp / "step.sh"], cwd=self.workspace,
                                env={**full, **env}, path=":".join(self.places))
        new = self.read("path").split()
        self.places = [*reversed(new), *[place for place in self.places if place not in new]]
        return done

    def read(self, name):
        return (self.temp / name).read_text(encoding="utf-8")

    def outputs(self):
        return dict(line.split("=", 1) for line in self.read("output").splitlines())

    def action(self, given, action_path=None):
        """All steps of the composite action with the inputs given; the last step's Done."""
        action = read(ACTION)
        assert set(given) <= set(action["inputs"]), given
        inputs = {name: given.get(name, spec.get("default")) for name, spec in action["inputs"].items()}
        done = None
        for step in action["runs"]["steps"]:
            env = {name: EXPRESSION.sub(lambda m: inputs[m[2]], text) for name, text in step["env"].items()}
            if action_path:
                env["GITHUB_ACTION_PATH"] = str(action_path)
            done = self.step(step["run"], env)
            if done.code != 0:
                break
        return done


def built(sandbox):
    need("make", "erl", "cc")
    project = sandbox.copy("make_project")
    sandbox.run("make upper.so", cwd=project).must()
    return project


def the_action_is_well_formed(_):
    action = read(ACTION)
    assert action["name"] and action["description"] and action["runs"]["using"] == "composite"
    for name, spec in action["inputs"].items():
        assert spec["description"] and ("default" in spec) != bool(spec.get("required")), name
        assert isinstance(spec.get("default", ""), str), name
    used = set()
    identifiers = {step.get("id") for step in action["runs"]["steps"]}
    for step in action["runs"]["steps"]:
        assert step["shell"] == "bash" and step["name"], step
        # A value in the text of a script would be read as shell; in the environment it is a value.
        assert "${{" not in step["run"], step["name"]
        used |= {m[2] for text in step["env"].values() for m in EXPRESSION.finditer(text) if m[1] == "inputs"}
    assert used == set(action["inputs"]), used ^ set(action["inputs"])
    for name, spec in action["outputs"].items():
        found = EXPRESSION.search(spec["value"])
        assert found[2].split(".")[0] in identifiers and found[2].endswith(f".outputs.{name}"), name


def the_action_checks_a_driver(sandbox):
    project = built(sandbox)
    runner = Runner(sandbox, project)
    stories = "stories/letters.json\n"
    runner.action({"driver": "upper.so", "workload": stories, "sarif": "x.sarif"}).must(0, "SAFE")
    assert runner.outputs() == {"verdict": "SAFE", "sarif": "x.sarif"}, runner.outputs()
    assert "Small letters come back as capital ones" in runner.read("summary"), runner.read("summary")
    assert json.loads((project / "x.sarif").read_text(encoding="utf-8"))["version"] == "2.1.0"


def the_action_hands_its_inputs_on(sandbox):
    project = built(sandbox)
    shutil.copy(project / "upper.so", project / "old file.so")
    break_driver(project / "upper.c")
    sandbox.run("make upper.so", cwd=project).must()
    runner = Runner(sandbox, project)
    given = {"driver": "upper.so", "against": "old file.so", "name": "upper", "strictness": "2", "fail-on": "error"}
    done = runner.action(given).must(0, "::warning ")
    assert "old file.so" in runner.read("summary") and "strictness was 2 of 10" in runner.read("summary"), done.output
    runner.action({**given, "suppressions": "no/such/file"}).must(3, "no/such/file")


def the_action_fails_with_a_broken_driver(sandbox):
    project = built(sandbox)
    break_driver(project / "upper.c")
    sandbox.run("make upper.so", cwd=project).must()
    runner = Runner(sandbox, project)
    done = runner.action({"driver": "upper.so", "workload": "stories/letters.json"})
    done.must(1, "::warning file=upper.c,line=", "title=driver-alloc-leak")
    assert set(runner.outputs()) == {"verdict", "sarif"} and runner.outputs()["verdict"] != "SAFE", runner.outputs()
    assert "driver-alloc-leak" in runner.read("summary") and "### ddlltool check upper: " in runner.read("summary"), runner.read("summary")


def the_action_takes_what_it_is_given(sandbox):
    project = built(sandbox)
    for given in (sandbox.prefix / "bin/ddlltool", package(sandbox)):
        runner = Runner(sandbox, project, path="/nowhere")
        runner.action({"driver": "upper.so", "ddlltool": str(given)}).must(0, "SAFE")


def the_action_makes_the_package_where_there_is_none(sandbox):
    """The package is made from a build folder that is there, which saves the test the compiler's time."""
    need("cpack", "dpkg-deb", "dpkg-shlibdeps")
    project = built(sandbox)
    checkout = sandbox.fresh("checkout")
    place = checkout / ".github/actions/reload-check"
    for folder in (place, checkout / "scripts"):
        folder.mkdir(parents=True)
    made = checkout / "scripts/package"
    made.write_text(f'#!/bin/sh\nexec "{ROOT}/scripts/package" --build "{sandbox.build}" "$@"\n', encoding="utf-8")
    made.chmod(0o755)
    if sandbox.run(["id", "-u"]).output.strip() != "0":
        raise Skipped("only root may do without sudo")
    runner = Runner(sandbox, project, path="/nowhere")
    runner.action({"driver": "upper.so"}, action_path=place).must(0, "SAFE")
    assert list(runner.temp.glob("ddlltool_*.deb"))


def the_page_quotes_what_is_run(_):
    page = (ROOT / "docs/ci.md").read_text(encoding="utf-8")
    quoted = set()
    for before, kind, text in re.findall(r"^(.*)\n```(\w+)\n((?:(?!```).*\n)*)```$", page, re.M):
        if kind in ("console", "diff"):
            continue # journey.py types them
        source = re.fullmatch(r"<!-- from (\S+) -->", before)
        if source:
            quoted.add(source[1])
            assert text in (HERE / source[1]).read_text(encoding="utf-8"), f"{source[1]} does not have this:\n{text}"
        else:
            assert re.fullmatch(r"<!-- not run: .+ -->", before), f"nobody runs this:\n{text}"
    assert quoted == {"make_project/Makefile", "cmake_project/CMakeLists.txt", "rebar3_project/rebar.config", "mix_project/mix.exs",
                      "make_project/.github/workflows/reload-check.yml", "make_project/.gitlab-ci.yml"}, quoted


def init_writes_a_workflow_that_runs(sandbox):
    need("make", "erl", "cc")
    folder = sandbox.fresh("init")
    sandbox.run(["ddlltool", "init", "counter"], cwd=folder).must()
    job = read(folder / "counter/.github/workflows/reload-check.yml")["jobs"]["reload-check"]
    runner = Runner(sandbox, folder / "counter")
    for step in job["steps"]:
        if "run" in step and "apt-get" not in step["run"]:
            runner.step(step["run"], {}).must()
        elif step.get("uses", "").endswith("/.github/actions/reload-check@main"):
            runner.action(step["with"]).must(0, "SAFE: no problem found")
    assert runner.outputs()["verdict"] == "SAFE", runner.outputs()


def repository(sandbox):
    """The example as its authors have it: two releases, and what comes after them."""
    need("git", "make", "erl", "cc")
    project = sandbox.copy("make_project")
    git = "git -c user.name=tester -c user.email=tester@localhost"
    sandbox.run(f"""git init -q . && echo '*.so' > .gitignore && git add -A && {git} commit -qm first && git tag v1.0
                    echo '/* 1.1 */' >> upper.c && {git} commit -qam second && git tag v1.1
                    echo '/* 1.2 */' >> upper.c && {git} commit -qam third""", cwd=project).must()
    return project


def the_workflow_of_the_example_runs(sandbox):
    workflow = read(HERE / "make_project/.github/workflows/reload-check.yml")
    job = workflow["jobs"]["reload-check"]
    checked = 0
    for release in job["strategy"]["matrix"]["release"]:
        project = repository(sandbox)
        runner = Runner(sandbox, project)
        for step in job["steps"]:
            if "run" in step:
                if "apt-get" not in step["run"]:
                    runner.step(step["run"].replace("${{ matrix.release }}", release), {}).must()
            elif step["uses"].endswith("/.github/actions/reload-check@main"):
                runner.action(step["with"]).must(0, "SAFE")
                assert "upper.so against old/upper.so" in runner.read("summary"), runner.read("summary")
                checked += 1
            else:
                assert step["uses"] in ("actions/checkout@v4", "github/codeql-action/upload-sarif@v3"), step
        assert (project / job["steps"][-1]["with"]["sarif_file"]).exists()
    assert checked == 2


def the_gitlab_job_of_the_example_runs(sandbox):
    job = read(HERE / "make_project/.gitlab-ci.yml")["reload-check"]
    for release in job["parallel"]["matrix"][0]["RELEASE"]:
        project = repository(sandbox)
        runner = Runner(sandbox, project)
        for line in job["script"]:
            runner.step(line, {"RELEASE": release}).must()
        report = ElementTree.parse(project / job["artifacts"]["reports"]["junit"])
        assert len(report.getroot().findall("testsuite/testcase")) > 5


CASES = [the_action_is_well_formed, the_action_checks_a_driver, the_action_hands_its_inputs_on,
         the_action_fails_with_a_broken_driver, the_action_takes_what_it_is_given,
         the_action_makes_the_package_where_there_is_none, init_writes_a_workflow_that_runs,
         the_page_quotes_what_is_run, the_workflow_of_the_example_runs, the_gitlab_job_of_the_example_runs]
