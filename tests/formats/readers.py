"""Readers of reports that know nothing of ddlltool: JSON Schema, TAP 14, workflow commands of GitHub Actions."""
import json
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool}


def schema_errors(value, schema, root=None, at=""):
    """What of `value` does not fit, for the words of JSON Schema that our schemas use; an unknown word is an error."""
    root = schema if root is None else root
    wrong = []
    for word, rule in schema.items():
        if word in ("$schema", "title", "description", "definitions", "properties"):
            continue
        if word == "$ref":
            target = root
            for part in rule.removeprefix("#/").split("/"):
                target = target[part]
            wrong += schema_errors(value, target, root, at)
        elif word == "type":
            whole = isinstance(value, int) and not isinstance(value, bool)
            if not (whole if rule == "integer" else isinstance(value, TYPES[rule])):
                wrong.append(f"{at}: {value!r} is no {rule}")
        elif word == "required":
            wrong += [f"{at}: lacks {key}" for key in rule if key not in value]
        elif word == "additionalProperties":
            for key in set(value) - set(schema.get("properties", {})):
                wrong += [f"{at}: has {key}"] if rule is False else schema_errors(value[key], rule, root, f"{at}/{key}")
        elif word == "items":
            for i, item in enumerate(value):
                wrong += schema_errors(item, rule, root, f"{at}/{i}")
        elif word in ("enum", "const"):
            allowed = rule if word == "enum" else [rule]
            if not any(value == a and isinstance(value, bool) == isinstance(a, bool) for a in allowed):
                wrong.append(f"{at}: {value!r} is none of {allowed}")
        elif word == "pattern":
            if not re.search(rule, value):
                wrong.append(f"{at}: {value!r} does not match {rule}")
        elif word == "minimum":
            if value < rule:
                wrong.append(f"{at}: {value} is too small")
        elif word in ("minItems", "minLength"):
            if len(value) < rule:
                wrong.append(f"{at}: too short")
        elif word == "maxItems":
            if len(value) > rule:
                wrong.append(f"{at}: too long")
        else:
            wrong.append(f"{at}: the schema says {word}, which this reader does not know")
    if isinstance(value, dict):
        for key, rule in schema.get("properties", {}).items():
            if key in value:
                wrong += schema_errors(value[key], rule, root, f"{at}/{key}")
    return wrong


def unescaped(description):
    return re.sub(r"\\([\\#])", r"\1", description)


def tap(text):
    """[(ok, description, directive or None, diagnostics or None)] of a document in TAP 14; ValueError for anything else."""
    lines = text.split("\n")
    if lines.pop() != "":
        raise ValueError("the last line has no end")
    if lines[0] != "TAP version 14" or not (plan := re.fullmatch(r"1\.\.(\d+)", lines[1])):
        raise ValueError("no version, or no plan")
    tests, at = [], 2
    while at < len(lines):
        line = lines[at]
        at += 1
        if line.startswith(("# ", "Bail out!")):
            continue
        point = re.fullmatch(r"(not )?ok (\d+) - ((?:[^#\\]|\\[\\#])*?)(?: # (SKIP|TODO)\b ?(.*))?", line)
        if not point or int(point[2]) != len(tests) + 1:
            raise ValueError(f"no test point: {line!r}")
        diagnostics = None
        if at < len(lines) and lines[at] == "  ---":
            end = lines.index("  ...", at)
            diagnostics = yaml([one[2:] for one in lines[at + 1:end]])
            at = end + 1
        tests.append((point[1] is None, unescaped(point[3]), point[4], diagnostics))
    if len(tests) != int(plan[1]):
        raise ValueError("not as many tests as planned")
    return tests


def yaml(lines):
    """Block mappings of scalars and of lists of such mappings."""
    def scalar(text):
        return json.loads(text) if text.startswith('"') else int(text)

    whole, item, items = {}, None, None
    for line in lines:
        match = re.fullmatch(r"(  - |    )?([a-z_]+):(?: (.*))?", line)
        if not match:
            raise ValueError(f"no YAML of ours: {line!r}")
        margin, key, value = match.groups()
        if margin is None:
            if value is None:
                items = whole[key] = []
            else:
                whole[key] = scalar(value)
            continue
        if margin == "  - ":
            item = {}
            items.append(item)
        if key in item:
            raise ValueError(f"{key} stands twice")
        item[key] = scalar(value)
    return whole


def workflow_commands(text):
    """[(command, {property: value}, message)] as the runner reads them; other lines are left out."""
    def plain(value, also=()):
        for code, char in (("%0D", "\r"), ("%0A", "\n"), *also, ("%25", "%")):
            value = value.replace(code, char)
        return value

    out = []
    for line in text.split("\n"):
        if match := re.fullmatch(r"::([a-z-]+)(?: ([^:]*(?::(?!:)[^:]*)*?))?::(.*)", line):
            pairs = [pair.split("=", 1) for pair in (match[2] or "").split(",") if pair]
            more = (("%3A", ":"), ("%2C", ","))
            out.append((match[1], {key: plain(value, more) for key, value in pairs}, plain(match[3])))
    return out
