"""The exhibits: what each folder of the museum says of itself. See docs/museum.md for the keys."""
import json
from pathlib import Path

MUSEUM = Path(__file__).resolve().parent


def entries():
    """One for each folder with an exhibit.json, by rule: what is in it, and "rule"."""
    return [{"rule": file.parent.name, **json.loads(file.read_text())} for file in sorted(MUSEUM.glob("*/exhibit.json"))]
