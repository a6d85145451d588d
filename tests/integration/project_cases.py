"""The example projects, built, tested, broken and tested again."""
import json
import xml.etree.ElementTree as ElementTree

from sandbox import need

# A block for each port that nobody frees: a mistake for every driver here that keeps its head otherwise.
MISTAKE = ("(void)command;", "(void)command; (void)!driver_alloc(64);")
LEAK = "driver-alloc-leak"


def break_driver(source):
    text = source.read_text(encoding="utf-8")
    assert MISTAKE[0] in text, source
    source.write_text(text.replace(*MISTAKE, 1), encoding="utf-8")


def cmake_build(sandbox, project, build, *options, prefix=None):
    sandbox.run(["cmake", "-S", project, "-B", build, f"-DCMAKE_PREFIX_PATH={prefix or sandbox.prefix}", *options]).must()
    sandbox.run(["cmake", "--build", build]).must()
    return sandbox.run(["ctest", "--test-dir", build, "--output-on-failure"])


def cmake_project_passes(sandbox):
    need("cmake", "erl", "cc")
    project = sandbox.copy("cmake_project")
    build = project / "build"
    cmake_build(sandbox, project, build).must(0, "tally.count", "tally.reload", "tally.reload-check",
                                              "100% tests passed, 0 tests failed out of 3")
    sarif = json.loads((build / "tally.sarif").read_text(encoding="utf-8"))
    assert sarif["version"] == "2.1.0", sarif["version"]
    assert ElementTree.parse(build / "tally.xml").getroot().tag in ("testsuites", "testsuite")


def cmake_project_fails_with_the_first_version(sandbox):
    need("cmake", "erl", "cc")
    project = sandbox.copy("cmake_project")
    build = project / "build"
    done = cmake_build(sandbox, project, build, "-DTALLY_SOURCE=first")
    done.must(8, "pthread-key-destructor-left", "tally.reload-check (Failed)")
    # One folder, one command: the cured version is what comes out of it next.
    cmake_build(sandbox, project, build, "-DTALLY_SOURCE=src").must(0, "100% tests passed")


def cmake_project_uses_a_build_folder(sandbox):
    need("cmake", "erl", "cc")
    project = sandbox.copy("cmake_project")
    cmake_build(sandbox, project, project / "build", prefix=sandbox.build).must(0, "100% tests passed")


def cmake_functions_say_what_is_wrong(sandbox):
    need("cmake")
    for call, said in {
        "ddlltool_add_scenarios(x)": "no scenario files are given",
        "ddlltool_add_scenarios(x a/s.json b/s.json)": "there is a test x.s already",
        "ddlltool_add_scenarios(x s.json TIMEOUT)": "TIMEOUT needs a value",
        "ddlltool_add_reload_check(nothing)": "there is no target of that name",
        "add_custom_target(x)\nddlltool_add_reload_check(x AGANIST old.so)": "unknown argument AGANIST",
    }.items():
        folder = sandbox.fresh("misused")
        (folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.22)\nproject(x NONE)\nenable_testing()\nfind_package(ddlltool 0.1 REQUIRED)\n" + call + "\n",
            encoding="utf-8")
        done = sandbox.run(["cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={sandbox.prefix}"])
        # CMake breaks lines where it likes.
        assert done.code != 0 and said in " ".join(done.output.split()), done.output


def cmake_functions_hand_everything_on(sandbox):
    need("cmake", "erl", "cc")
    project = sandbox.copy("cmake_project")
    with open(project / "CMakeLists.txt", "a", encoding="utf-8") as lists:
        lists.write("""
add_library(old MODULE first/tally.c)
target_include_directories(old SYSTEM PRIVATE ${ERL_DRIVER_INCLUDE_DIR})
set_target_properties(old PROPERTIES PREFIX "" OUTPUT_NAME tally LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/old)
ddlltool_add_reload_check(old TEST_NAME judged AGAINST tally NAME tally STRICTNESS 2 FAIL_ON never LABELS rehearsal
                          TIMEOUT 60 DRIVER_PATH stories)
ddlltool_add_reload_check(old TEST_NAME accepted AGAINST tally SUPPRESSIONS accepted.json)
ddlltool_add_scenarios(more FILES stories/count.json DRIVER_PATH ${CMAKE_BINARY_DIR} LABELS rehearsal quick TIMEOUT 60)
""")
    (project / "accepted.json").write_text("{}", encoding="utf-8")
    build = project / "build"
    done = cmake_build(sandbox, project, build, "-DTALLY_SOURCE=src")
    done.must(8, "accepted (Failed)", "1 tests failed out of 6")
    shown = sandbox.run(["ctest", "--test-dir", build, "--show-only=json-v1"]).must().output
    shown = json.loads(shown[shown.index("{"):]) # behind a line about folders
    tests = {test["name"]: test for test in shown["tests"]}
    words = tests["judged"]["command"]
    assert words[0] == str(sandbox.prefix / "bin/ddlltool"), words
    assert words[1:4] == ["check", str(build / "old/tally.so"), "--against"] and words[4] == str(build / "tally.so"), words
    for option, value in (("--name", "tally"), ("--strictness", "2"), ("--fail-on", "never")):
        assert words[words.index(option) + 1] == value, words
    properties = {p["name"]: p["value"] for p in tests["more.count"]["properties"]}
    assert properties["LABELS"] == ["quick", "rehearsal"] and properties["TIMEOUT"] == 60.0, properties
    assert properties["SKIP_RETURN_CODE"] == 77, properties


def make_project_passes_and_fails(sandbox):
    need("make", "erl", "cc")
    project = sandbox.copy("make_project")
    sandbox.run("make test", cwd=project).must(0, "SAFE: no problem found", "1 passed, 0 failed")
    break_driver(project / "upper.c")
    sandbox.run("make test", cwd=project).must(2, LEAK)


def rebar3_project_passes_and_fails(sandbox):
    need("rebar3", "make", "erl", "cc")
    project = sandbox.copy("rebar3_project")
    sandbox.run("rebar3 compile", cwd=project).must()
    assert (project / "priv/roman.so").exists()
    sandbox.run("rebar3 eunit", cwd=project).must(0, "1 tests, 0 failures", "SAFE: no problem found", "1 passed, 0 failed")
    break_driver(project / "c_src/roman.c")
    sandbox.run("rebar3 eunit", cwd=project).must(1, "1 tests, 0 failures", LEAK)
    sandbox.run("rebar3 clean", cwd=project).must()
    assert not (project / "priv/roman.so").exists()


def mix_project_passes_and_fails(sandbox):
    need("mix", "make", "erl", "cc")
    project = sandbox.copy("mix_project")
    sandbox.run("mix test", cwd=project).must(0, "1 test, 0 failures", "SAFE: no problem found")
    break_driver(project / "c_src/morse.c")
    sandbox.run("mix test", cwd=project).must(1, "1 test, 0 failures", LEAK)


CASES = [cmake_project_passes, cmake_project_fails_with_the_first_version, cmake_project_uses_a_build_folder,
         cmake_functions_say_what_is_wrong, cmake_functions_hand_everything_on, make_project_passes_and_fails,
         rebar3_project_passes_and_fails, mix_project_passes_and_fails]
