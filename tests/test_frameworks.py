"""The tables "In PyTorch and Keras" say what the frameworks answered, cell by cell: make references asks them."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))


def rows_of(path, heading):
    """Return the first table below a heading of a notebook, as lists of cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    section = re.search(rf"^## \d+ · {heading}\n(.*?)(?=^## |\Z)", text, re.S | re.M)
    assert section, f"{path.name} has no section {heading!r}"
    lines = re.findall(r"^\|.*\|$", section[1], re.M)
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))] for line in lines]
    return [row for row in cells if not re.fullmatch(r"[-:]+", row[0])]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_table_says_what_the_frameworks_answered(path):
    stored = ROOT / "tests" / "references" / "frameworks" / f"lesson_{path.stem[:2]}.json"
    asked = json.loads(stored.read_text(encoding="utf-8"))
    header, *rows = rows_of(path, "In PyTorch and Keras")
    assert header == asked["header"]
    assert rows == asked["rows"]
    assert len(rows) >= 4


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_traps_have_a_symptom_a_cause_and_a_check(path):
    header, *rows = rows_of(path, "When it goes wrong")
    assert len(header) == 3
    assert 5 <= len(rows) <= 8
    assert all(all(row) for row in rows)
