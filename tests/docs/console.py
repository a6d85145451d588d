"""Command lines out of Markdown pages, and what the pages show below them."""
import re

LANGUAGES = ("", "console", "make", "erlang", "elixir", "yaml")  # fenced blocks in which commands are looked for
CALL = re.compile(r"(?<![\w./-])(?:build-gcc/)?ddlltool (?=[a-z-])")
MASKS = (
    (re.compile(r"(build-id )[0-9a-f]{12}\b"), r"\1HASH"),
    (re.compile(r"(\.so)\+0x[0-9a-f]+"), r"\1+OFFSET"),
    (re.compile(r"\bRef\d*\b"), "REF"),
)


class Line:
    """One command line: `text` as it is to be typed, `shown` the lines below it (None: the page shows none)."""

    def __init__(self, page, number, language, text, shown=None):
        self.page, self.number, self.language, self.text, self.shown = page, number, language, text, shown

    def __str__(self):
        return f"{self.page}:{self.number}: {self.text}"


def blocks(text):
    """(language, [(line number, line)]) of each fenced block and each block that is indented by four columns."""
    fence, block, language = False, [], ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.startswith("```"):
            if block:
                yield language, block
            fence, block, language = not fence, [], line[3:].strip()
        elif fence:
            block.append((number, line))
        elif line.startswith("    "):
            language = ""
            block.append((number, line[4:]))
        elif line.strip() == "" and block:
            block.append((number, ""))
        elif block:
            yield language, block
            block = []
    if block:
        yield language, block


def typed(line, language):
    """The command of a line without a prompt: what follows two spaces explains it."""
    call = CALL.search(line)
    if not call:
        return None
    if language in ("erlang", "elixir"): # a command inside a text or a ~w(...)
        return re.split(r"[\")]", line[call.start():])[0]
    line = re.sub(r"^- (run: )?", "", line.strip())
    return re.split(r"\s{2,}", line)[0]


def commands(page, text):
    """All command lines of a page that call ddlltool, in their order."""
    found = []
    for language, block in blocks(text):
        if language not in LANGUAGES:
            continue
        current = None # the command whose output is shown
        for number, line in block:
            if line.startswith("$ "):
                current = Line(page, number, language, line[2:].strip(), [])
                if CALL.search(line):
                    found.append(current)
            elif current:
                current.shown.append(line)
            elif typed(line, language):
                found.append(Line(page, number, language, typed(line, language)))
    for line in found:
        if line.shown is not None and not any(text.strip() for text in line.shown):
            line.shown = None
    return found


def masked(text, stage):
    """One line of words: pages break long lines where the folder of the reader made them break."""
    text = text.replace(str(stage), "/home/you")
    for pattern, instead in MASKS:
        text = pattern.sub(instead, text)
    return " ".join(text.split())


def differs(shown, real, stage="/home/you"):
    """None, or the part of `shown` that does not come in `real` at its place. "..." stands for any lines."""
    real = f" {masked(real, stage)} "
    parts, anywhere = [([], False)], False
    for line in shown:
        if line.strip() == "...":
            parts.append(([], True))
            anywhere = True
        else:
            parts[-1][0].append(line)
    at = 0
    for lines, after_gap in parts:
        wanted = masked("\n".join(lines), stage)
        if not wanted:
            continue
        found = real.find(f" {wanted} ", at)
        if found < 0 or (not after_gap and found != 0):
            return wanted
        at = found + len(wanted) + 1
    ends_open = anywhere and not masked("\n".join(parts[-1][0]), stage)
    if real[at:].strip() and not ends_open:
        return f"(the end: the page does not show {real[at:].strip()[:200]!r})"
    return None
