"""docs/glossary.csv is the one list of terms: each lesson's table of terms (用語) holds its rows, in its order."""

import csv
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
with open(ROOT / "docs/glossary.csv", encoding="utf-8", newline="") as file:
    TERMS = list(csv.DictReader(file))


def table_of(lesson):
    """Return the lines that the table of a lesson must have."""
    lines = ["| term | 用語 | meaning |", "|---|---|---|"]
    for row in TERMS:
        if lesson in row["lessons"].split():
            meaning = f"{row['symbol']}, {row['meaning']}" if row["symbol"] else row["meaning"]
            lines.append(f"| {row['term']} | {row['用語']} | {meaning} |")
    return lines


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_has_its_terms(path):
    title = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])
    wanted = table_of(path.stem[:2])
    assert re.findall(r"^\|.*\|$", title, re.MULTILINE) == wanted, "\n".join(["should be", *wanted])
    assert len(wanted) > 7


def test_one_term_has_one_rendering_and_one_row():
    terms = [row["term"] for row in TERMS]
    assert len(set(terms)) == len(terms)
    numbers = {path.stem[:2] for path in LESSONS}
    for row in TERMS:
        where = row["lessons"].split()
        assert row["用語"] and row["meaning"] and where == sorted(set(where) & numbers)
