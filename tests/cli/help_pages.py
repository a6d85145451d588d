"""What holds of every --help page, whatever it says. Only the list of commands and one page are kept as golden files."""
import re
from pathlib import Path

# No line is longer, but for the texts of these options, and of this value of --format.
WIDTH = 130
WIDE = {"run": {"--filter", "--shard", "text"}}
SECTIONS = ["Positionals:", "Options:", "examples:", "exit codes:"]


class Help:
    """All pages as the program prints them."""

    def __init__(self, run_program):
        self.run_program = run_program
        # The words of each page, () for the list of commands; those of `ddlltool man` are the same.
        names = [tuple(line.split()[1:]) for line in run_program(["man", "--list"]).stdout.decode().splitlines()]
        self.pages = {words: self.page(words) for words in names}

    def page(self, words):
        done = self.run_program([*words, "--help"])
        assert done.returncode == 0 and not done.stderr, done
        return done.stdout.decode()


def options_of(page):
    """(names, text) of each option and positional; further lines of a text are part of it."""
    rows = []
    for line in "\n".join(section(page, "Positionals:") + section(page, "Options:")).splitlines():
        row = re.fullmatch(r"  (\S.*?)(?:  +(\S.*))?", line)
        if row:
            rows.append([row.group(1), row.group(2) or ""])
        elif line.strip():
            assert rows and re.match(r" {30}\S", line), f"neither an option nor its text: {line!r}"
            rows[-1][1] += f" {line.strip()}"
    return rows


def section(page, title):
    lines = page.splitlines()
    if title not in lines:
        return []
    lines = lines[lines.index(title) + 1:]
    return lines[:lines.index("")] if "" in lines else lines


def every_command_of_the_list_has_a_page(help):
    table = re.findall(r"^  (\w+) +\S", help.run_program(["--help"]).stdout.decode(), re.M)
    commands = [name for name in table if name != "ddlltool"]
    of_pages = [words[0] for words in help.pages if len(words) == 1]
    assert len(commands) > 25 and sorted(commands) == sorted(of_pages), set(commands) ^ set(of_pages)
    words = [line.split("\t")[0] for line in help.run_program(["completions", "words", "--", ""]).stdout.decode().splitlines()[1:]]
    assert set(commands) <= set(words), set(commands) - set(words)
    assert help.run_program(["help"]).stdout == help.run_program(["--help"]).stdout


def every_verb_of_a_command_has_a_page(help):
    verbs = {}
    for words in help.pages:
        if len(words) == 2:
            verbs.setdefault(words[0], []).append(words[1])
    assert sorted(verbs) == ["completions", "report", "session"], verbs
    for command, names in verbs.items():
        page = help.pages[(command,)]
        assert re.findall(r"^  (\w+) {2,}\S", page, re.M) == names, page
        assert page.startswith(f"usage: ddlltool {command} {'|'.join(names)} [ARGUMENT...]\n"), page


def help_is_the_same_by_both_ways(help):
    for words, page in help.pages.items():
        assert help.run_program(["help", *words]).stdout.decode() == page, words


def every_page_has_its_parts(help):
    for words, page in help.pages.items():
        command = " ".join(["ddlltool", *words])
        assert re.search(rf"^[Uu]sage: {command}\b", page, re.M), page
        assert page.endswith("\n") and "\n\n\n" not in page and "\t" not in page, page
        assert not re.search(r" $", page, re.M), page
        # What it does stands first: a sentence, or the call that it stands for. Commands with verbs begin with these.
        first = page.splitlines()[0]
        assert first.startswith(f"usage: {command} ") or re.fullmatch(r"\S.*\S", first), first
        titles = [line for line in SECTIONS if re.search(rf"^{line}", page, re.M)]
        places = [re.search(rf"^{title}", page, re.M).start() for title in titles]
        assert places == sorted(places), titles
        if "|" not in page.splitlines()[0] and words and words != ("report",):
            assert "Options:" in titles and ["-h,--help", "print this"] in options_of(page), page


def every_option_has_a_text(help):
    seen = 0
    for words, page in help.pages.items():
        for name, text in options_of(page):
            seen += 1
            assert text and not re.search(r"[^.]\.$", text), (words, name, text)
    assert seen > 200, seen


def pages_fit_a_terminal(help):
    wide = {}
    for words, page in help.pages.items():
        for line in page.splitlines():
            if len(line) > WIDTH:
                option = re.match(r"  (?:-\w,)?(--[a-z-]+)", line)
                wide.setdefault(" ".join(words), set()).add(option.group(1) if option else line.split(":")[0].strip())
    assert wide == WIDE, wide


def examples_are_commands_with_options_that_exist(help):
    for words, page in help.pages.items():
        examples = [line for line in section(page, "examples:") if line.startswith("  ")]
        assert examples or not section(page, "examples:"), page
        for line in examples:
            if "ddlltool" not in line:
                continue  # what is done with what it made
            called = re.search(r"ddlltool((?: [a-z]+)?(?: [a-z]+)?)", line).group(1).split()
            known = [w for w in (tuple(called[:2]), tuple(called[:1])) if w in help.pages]
            assert known, line
            names = {name for row in options_of(help.pages[known[0]]) for name in re.findall(r"--[a-z-]+", row[0])}
            used = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", re.split(r" {2,}|;| -- ", line.strip())[0]))
            assert used <= names, (line, used - names)


def exit_codes_are_those_of_the_readme(help):
    readme = (Path(__file__).resolve().parent.parent.parent / "README.md").read_text(encoding="utf-8")
    rows = {int(code) for code in re.findall(r"^\| `?(\d+)`? \|", readme, re.M)}
    assert {0, 1, 2, 3, 4, 5, 70, 77} <= rows, rows
    pages_with = 0
    for words, page in help.pages.items():
        text = re.search(r"^exit codes: (.*?)(?:\n\n|\Z)", page, re.M | re.S)
        if not text:
            continue
        pages_with += 1
        codes = {int(code) for code in re.findall(r"(?:^|[,:] )(\d+) [a-z]", text.group(1).replace("\n", " "))}
        assert codes <= rows, (words, codes - rows)
    assert pages_with > 20, pages_with


CHECKS = [every_command_of_the_list_has_a_page, every_verb_of_a_command_has_a_page, help_is_the_same_by_both_ways,
          every_page_has_its_parts, every_option_has_a_text, pages_fit_a_terminal, examples_are_commands_with_options_that_exist,
          exit_codes_are_those_of_the_readme]
