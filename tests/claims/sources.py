"""Where a claim's right value comes from: a stored table, stored weights, a stored output. Nothing is run."""

import csv
import functools
import html
import json
import re
from pathlib import Path

import numpy as np

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
RESULTS = NOTEBOOKS / "results"


def number(text):
    """Return the number that a text is, or the text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


@functools.cache
def table(name):
    """Return the rows of results/name.csv as dicts, numbers as numbers; an empty field is ""."""
    with open(RESULTS / f"{name}.csv", encoding="utf-8", newline="") as file:
        return [{key: number(value) for key, value in row.items()} for row in csv.DictReader(file)]


@functools.cache
def arrays(name):
    """Return the arrays of results/name.npz by their names."""
    with np.load(RESULTS / f"{name}.npz") as file:
        return dict(file)


@functools.cache
def notebook(lesson):
    """Return the notebook of a lesson, "01" to "09", as its file has it."""
    (path,) = NOTEBOOKS.glob(f"{lesson}_*.ipynb")
    return json.loads(path.read_text(encoding="utf-8"))


def _outputs(lesson, cell):
    (found,) = [one for one in notebook(lesson)["cells"] if one["id"] == cell] or [None]
    if not found or not found.get("outputs"):
        raise LookupError(f"lesson {lesson} has no cell {cell!r} with an output")
    return found["outputs"]


def _text(part):
    return "".join(part)


def output(lesson, cell):
    """Return what a cell has printed or shown, as text: tags are left out, a table's cells are parted by |."""
    texts = []
    for one in _outputs(lesson, cell):
        data = one.get("data", {})
        if "text/html" in data:
            rows = re.sub(r"</t[dh]>\s*<t[dh][^>]*>", " | ", _text(data["text/html"]))
            texts.append(html.unescape(re.sub(r"<[^>]*>", "", re.sub(r"</tr>", "\n", rows))))
        else:
            texts.append(_text(one.get("text") or data.get("text/plain", "")))
    return "\n".join(texts)


def read(lesson, cell, pattern):
    """Return the number, or the tuple of them, that the groups of a regular expression find in a cell's output."""
    found = re.search(pattern, output(lesson, cell))
    if not found:
        raise LookupError(f"lesson {lesson}, cell {cell!r}: nothing is like {pattern!r} in {output(lesson, cell)!r}")
    numbers = tuple(number(group.replace(",", "").replace("−", "-")) for group in found.groups())
    return numbers[0] if len(numbers) == 1 else numbers


def grid(lesson, cell):
    """Return the rows of a table that a cell shows, the head first, each a list of numbers and texts."""
    lines = [line.strip() for line in output(lesson, cell).splitlines() if " | " in line]
    return [[number(part.strip().replace(",", "")) for part in line.split("|")] for line in lines]
