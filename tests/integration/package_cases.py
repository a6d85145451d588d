"""What is installed: the tree, pkg-config, the Debian package."""
import os
import re
import shutil
import subprocess

from sandbox import HERE, ROOT, Skipped, need

STORY = HERE / "make_project/stories/letters.json"


def compiled_driver(sandbox):
    need("make", "erl", "cc")
    project = sandbox.copy("make_project")
    sandbox.run("make upper.so", cwd=project).must()
    return project


def the_installed_program_knows_no_source_folder(sandbox):
    program = (sandbox.prefix / "bin/ddlltool").read_bytes()
    for path in (ROOT, sandbox.build):
        assert str(path).encode() not in program, f"{path} is in the executable"


def the_installed_tree_is_complete(sandbox):
    for path in ("bin/ddlltool", "share/cmake/ddlltool/ddlltoolConfig.cmake", "share/cmake/ddlltool/ddlltoolConfigVersion.cmake",
                 "share/pkgconfig/ddlltool.pc", "share/doc/ddlltool/copyright", "share/doc/ddlltool/docs/scenario.md",
                 "share/ddlltool/examples/cmake_project/CMakeLists.txt", "share/ddlltool/examples/rebar3_project/rebar.config"):
        assert (sandbox.prefix / path).is_file(), path
    schema = (sandbox.prefix / "share/ddlltool/scenario.schema.json").read_text(encoding="utf-8")
    assert schema == sandbox.run(["ddlltool", "schema"]).must().output
    for text in (sandbox.prefix / "share").rglob("*.cmake"):
        assert str(ROOT) not in text.read_text(encoding="utf-8"), text


def pkg_config_finds_it_where_it_was_moved(sandbox):
    need("pkg-config")
    moved = sandbox.fresh("moved") / "tree"
    shutil.copytree(sandbox.prefix, moved)
    env = {"PKG_CONFIG_PATH": str(moved / "share/pkgconfig")}
    program = sandbox.run(["pkg-config", "--variable=ddlltool", "ddlltool"], env=env).must().output.strip()
    version = sandbox.run(["pkg-config", "--modversion", "ddlltool"], env=env).must().output.strip()
    sandbox.run([program, "--version"]).must(0, f"ddlltool {version}")
    assert os.path.samefile(program, moved / "bin/ddlltool"), program
    for variable in ("cmakedir", "schema", "examples"):
        path = sandbox.run(["pkg-config", f"--variable={variable}", "ddlltool"], env=env).must().output.strip()
        assert os.path.exists(path), path


def the_program_needs_only_its_libraries(sandbox):
    """In a root folder that holds the executable, its libraries, a driver and a story: no /proc, no /dev, no Erlang."""
    need("ldd", "chroot")
    if os.geteuid() != 0:
        raise Skipped("only root may chroot")
    project = compiled_driver(sandbox)
    root = sandbox.fresh("root")
    program = sandbox.prefix / "bin/ddlltool"
    libraries = re.findall(r"(/\S+) \(0x", sandbox.run(["ldd", program]).must().output)
    assert libraries
    for file in [*libraries, program]:
        place = root / os.path.relpath(file, "/") if file is not program else root / "ddlltool"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    shutil.copy(project / "upper.so", root)
    shutil.copy(STORY, root)
    (root / "tmp").mkdir()
    sandbox.run(["chroot", root, "/ddlltool", "run", "/letters.json"]).must(0, "1 passed, 0 failed")
    sandbox.run(["chroot", root, "/ddlltool", "check", "/upper.so"]).must(0, "SAFE to load")


def package(sandbox):
    need("cpack", "dpkg-deb", "dpkg-shlibdeps")
    made = sorted(sandbox.folder.glob("deb/*.deb"))
    if not made:
        sandbox.run(["cpack", "--config", sandbox.build / "CPackConfig.cmake", "-B", sandbox.folder / "deb"]).must()
        made = sorted(sandbox.folder.glob("deb/*.deb"))
    assert len(made) == 1, made
    return made[0]


def field(sandbox, deb, name):
    return sandbox.run(["dpkg-deb", "-f", deb, name]).must().output.strip()


def the_debian_package_says_what_it_is(sandbox):
    deb = package(sandbox)
    assert field(sandbox, deb, "Package") == "ddlltool"
    version = sandbox.run(["ddlltool", "--version"]).must().output.split()[1]
    assert field(sandbox, deb, "Version") == version
    assert deb.name == f"ddlltool_{version}_{field(sandbox, deb, 'Architecture')}.deb", deb.name
    depends = {re.split(r"[ (]", part.strip())[0] for part in field(sandbox, deb, "Depends").split(",")}
    assert depends == {"libc6", "libgcc-s1", "libstdc++6"}, depends
    assert field(sandbox, deb, "Maintainer") == "ddlltool developers <ddlltool@localhost>"
    contents = sandbox.run(["dpkg-deb", "-c", deb]).must().output
    for path in ("./usr/bin/ddlltool", "./usr/share/doc/ddlltool/copyright", "./usr/share/cmake/ddlltool/ddlltool.cmake"):
        assert f" {path}\n" in contents, path
    for line in contents.splitlines():
        assert line.split()[1] == "root/root" and line.split()[5].startswith("./usr/") or line.endswith(("./", "./usr/")), line
        assert "w" not in line[4:10].replace("-", ""), line  # nobody but the owner writes


def the_unpacked_package_works(sandbox):
    deb = package(sandbox)
    project = compiled_driver(sandbox)
    root = sandbox.fresh("unpacked")
    sandbox.run(["dpkg-deb", "-x", deb, root]).must()
    sandbox.run("make test", cwd=project, path=root / "usr/bin").must(0, "SAFE: no problem found", "1 passed, 0 failed")
    cmake = sandbox.copy("cmake_project")
    sandbox.run(["cmake", "-S", cmake, "-B", cmake / "build", f"-DCMAKE_PREFIX_PATH={root / 'usr'}"], path="/nowhere").must()
    sandbox.run(["cmake", "--build", cmake / "build"]).must()
    sandbox.run(["ctest", "--test-dir", cmake / "build"], path="/nowhere").must(0, "100% tests passed")


def dpkg_installs_and_removes_it(sandbox):
    """Into a folder with a package database of its own; its dependencies are looked up in that of this machine."""
    need("dpkg", "dpkg-query")
    deb = package(sandbox)
    if os.geteuid() != 0:
        raise Skipped("only root may install packages")
    root = sandbox.fresh("dpkg")
    database = root / "var/lib/dpkg"
    for folder in ("info", "updates", "triggers"):
        (database / folder).mkdir(parents=True)
    shutil.copy("/var/lib/dpkg/status", database / "status") # the dependencies must hold against it
    (database / "info/format").write_text("1\n", encoding="ascii")
    dpkg = ["dpkg", f"--root={root}", "--log=/dev/null"]
    sandbox.run([*dpkg, "--install", deb]).must()
    sandbox.run([root / "usr/bin/ddlltool", "--version"]).must(0, "ddlltool ")
    sandbox.run([*dpkg, "--verify", "ddlltool"]).must()
    sandbox.run([*dpkg, "--remove", "ddlltool"]).must()
    assert not (root / "usr/bin/ddlltool").exists() and not (root / "usr/share/ddlltool").exists()


CASES = [the_installed_program_knows_no_source_folder, the_installed_tree_is_complete, pkg_config_finds_it_where_it_was_moved,
         the_program_needs_only_its_libraries, the_debian_package_says_what_it_is, the_unpacked_package_works,
         dpkg_installs_and_removes_it]
