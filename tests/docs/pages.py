"""What needs no stage: links and headings of all pages, and docs/scenario.md beside the schema."""
import json
import os
import re
import subprocess
import tempfile
from pathlib import Path
from urllib.parse import unquote

FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(<?([^()\s>]+)>?\)")
HEADING = re.compile(r"^#{1,6} +(.*?) *#*$", re.M)
NAMED_BY_AUTHORS = ("paths", "drivers", "processes", "peers", "environment", "receives", "exits", "unblocks", "users")
WORD = r"[$A-Za-z0-9_]+"


def markdown_files(root):
    for folder, names, files in os.walk(root):
        names[:] = sorted(name for name in names if name != ".git" and not name.startswith("build-"))
        for file in sorted(files):
            if file.endswith(".md"):
                yield Path(folder, file)


def anchors(text):
    """As GitHub makes them: small letters, spaces to hyphens, the rest left out, repeated ones numbered."""
    seen, out = {}, set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        out.add(f"{slug}-{seen[slug]}" if slug in seen else slug)
        seen[slug] = seen.get(slug, 0) + 1
    return out


def links_lead_somewhere(page):
    wrong = []
    for link in LINK.findall(SPAN.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path) if path else page
        if not target.exists():
            wrong.append(f"{link}: there is no such file")
        elif anchor and (target.suffix != ".md" or anchor not in anchors(target.read_text(encoding="utf-8"))):
            wrong.append(f"{link}: there is no such heading")
    assert not wrong, "\n".join(wrong)


def examples(text):
    """The scenarios, and pieces of them, that a page shows."""
    return re.findall(r"^```jsonc\n(.*?)^```$", text, re.M | re.S)


class Schema:
    """All keys of a JSON Schema, and for each key the words that it may have as a value."""

    def __init__(self, program):
        self.keys, self.values = set(), {}
        self.walk(json.loads(says(program, "schema")))

    def walk(self, part):
        if isinstance(part, list):
            for item in part:
                self.walk(item)
        elif isinstance(part, dict):
            properties = part.get("properties")
            for key, rule in (properties.items() if isinstance(properties, dict) else ()):
                self.keys.add(key)
                values = rule.get("enum") or rule.get("additionalProperties", {}) and rule["additionalProperties"].get("enum")
                if values:
                    self.values.setdefault(key, set()).update(values)
            for item in part.values():
                self.walk(item)


class Page:
    def __init__(self, root):
        self.text = (root / "docs/scenario.md").read_text(encoding="utf-8")
        self.quoted = set(re.findall(rf'[`"]({WORD})[`"]', self.text))

    def rows(self):
        """(head, cells) of each row of each table."""
        head = None
        for line in self.text.splitlines():
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.replace('`"|"`', ""))[1:-1]]
            if not line.startswith("|"):
                head = None
            elif head is None:
                head = cells
            elif not set(cells[0]) <= set("-:"):
                yield head, cells

    def row(self, key):
        return next(cells for _, cells in self.rows() if f"`{key}`" in cells[0])


def spans(text, pattern=rf'"?({WORD})"?'):
    return set(re.findall(rf"`{pattern}`", text))


def the_page_has_every_key(page, schema):
    assert len(schema.keys) > 50, schema.keys
    lacking = schema.keys - page.quoted
    assert not lacking, f"docs/scenario.md does not tell of {sorted(lacking)}"


def the_schema_has_every_key(page, schema):
    documented = set()
    for head, cells in page.rows():
        if head[0] in ("key", "verb"):
            documented |= spans(cells[0])
    assert len(documented) > 40, documented
    for block in examples(page.text):
        documented |= keys_of(json.loads(block if block.startswith("{") else "{" + block + "}"))
    strange = documented - schema.keys
    assert not strange, f"the schema does not know {sorted(strange)}"


def keys_of(part):
    """The keys of the format in a piece of a scenario; what its author names is none."""
    if isinstance(part, list):
        return set().union(*map(keys_of, part))
    if not isinstance(part, dict):
        return set()
    return set(part).union(*(keys_of(value) for key, value in part.items() if key not in NAMED_BY_AUTHORS))


def listed_values(page):
    """For each key that takes certain words only: the words that the page tells, at the one place where it does."""
    verbs = next(head for head, _ in page.rows() if head[0] == "verb")
    callbacks = {name for head, cells in page.rows() if head[0] == "callback" for name in spans(cells[0])}
    how = page.text[page.text.index('`"how"`'):page.text.index('`"as": ')]
    crash = page.row("expected_crash")[2]
    return {
        "status": spans(page.row("status")[1]),
        "threads": spans(page.row("threads")[1]),
        "open_error_texts": spans(page.row("open_error_texts")[1]),
        "peers": spans(" ".join(verbs[1:])),
        "close": set(re.findall(r'`"(\w+)"`', " ".join(page.row("close")[1:]))),
        "how": set(re.findall(r'`"(\w+)"`', how)) - {"how"},
        "callback": callbacks | (spans(crash) & {"driver_init", "dlopen", "dlclose", "thread"}),
        "signal": set(re.findall(r"`(SIG[A-Z0-9]+)`", crash)),
    }


def the_page_has_every_value(page, schema):
    documented = listed_values(page)
    assert documented.keys() == schema.values.keys(), f"{sorted(documented)} are compared, the schema has {sorted(schema.values)}"
    wrong = [f"{key}: not on the page {sorted(schema.values[key] - values)}, not in the schema {sorted(values - schema.values[key])}"
             for key, values in documented.items() if values != schema.values[key]]
    assert not wrong, "\n".join(wrong)


def every_page_is_listed(root):
    text = (root / "docs/README.md").read_text(encoding="utf-8")
    lacking = [page.name for page in sorted((root / "docs").glob("*.md")) if page.name != "README.md" and f"]({page.name}" not in text]
    assert not lacking, f"docs/README.md does not list {lacking}"


FOREIGN = {"--install", "--prefix", "--strip", "--variable",  # of cmake and pkg-config
           "--write", "--check", "--matrix", "--only", "--preset", "--rebase"}  # of scripts/ and tests/


def says(program, *words):
    return subprocess.run([program, *words], check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout


def commands_and_options_exist(root, program):
    """What pages name in `...`: options of some command, and the list of commands in README.md."""
    commands = [words[1:] for words in map(str.split, says(program, "man", "--list").splitlines()) if len(words) > 1]
    assert len(commands) > 30, commands
    options = set()
    for words in [[], *commands]:
        options |= set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", says(program, *words, "--help")))
    wrong = []
    for path in [root / "README.md", *sorted((root / "docs").glob("*.md"))]:
        named = " ".join(SPAN.findall(FENCE.sub("", path.read_text(encoding="utf-8"))))
        for option in sorted(set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", named)) - options - FOREIGN):
            wrong.append(f"{path.relative_to(root)}: no command has {option}")
        for name in sorted(set(re.findall(r"`ddlltool ([a-z]+)", named)) - {words[0] for words in commands}):
            wrong.append(f"{path.relative_to(root)}: there is no command {name}")
    table = re.search(r"^## Commands\n(.*?)^## ", (root / "README.md").read_text(encoding="utf-8"), re.M | re.S).group(1)
    wrong += [f"README.md does not name the command {words[0]}" for words in commands
              if len(words) == 1 and not re.search(rf"`(ddlltool )?{words[0]}\b", table)]
    assert not wrong, "\n".join(wrong)


def its_examples_run(path, program):
    """Those that are whole scenarios; their drivers are the ones beside the program."""
    whole = [block for block in examples(path.read_text(encoding="utf-8")) if block.startswith("{")]
    assert whole, "there is none any more"
    with tempfile.TemporaryDirectory(prefix="ddlltool-docs-") as folder:
        for block in whole:
            scenario = Path(folder, "story.json")
            scenario.write_text(block, encoding="utf-8")
            done = subprocess.run([program, "run", scenario], check=False, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=60)
            assert done.returncode == 0, done.stdout


def cases(root, program):
    yield "commands and options that pages name exist", commands_and_options_exist, root, program
    yield "docs/README.md lists every page", every_page_is_listed, root
    for name in ("README.md", "docs/scenario.md"):
        yield f"examples of {name} run", its_examples_run, root / name, program
    for path in markdown_files(root):
        yield f"links of {path.relative_to(root)}", links_lead_somewhere, path
    page, schema = Page(root), Schema(program)
    for case in (the_page_has_every_key, the_schema_has_every_key, the_page_has_every_value):
        yield f"docs/scenario.md: {case.__name__.replace('_', ' ')}", case, page, schema
