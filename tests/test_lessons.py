"""The lessons' package from any folder; each stored result made again in small: the same files, the same columns."""

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import lessons
from helpers.data import dates, tasks, texts
from lessons import __main__ as make, cells_05, gates_03, letters_06, reading_09, stack_05, translation_07, words_08

ROOT = Path(__file__).parents[1]
STORED = lessons.RESULTS
TABLES = make.tables()

split, train, corpus, speeches = dates.split, gates_03.train, words_08.corpus, texts.speeches
described = cells_05._described
FEW_DATES = {"helpers.data.dates.split": lambda rng: split(rng, 900, 40)}
FEW_UPDATES = {"gates_03.train": lambda *a, **options: train(*a, **options | {"updates": 2})}
FEW_LETTERS = {"letters_06._text": lambda: np.split(np.random.default_rng(0).integers(0, 27, 2000), [1600])}
SOME_TASKS = {name: described()[name] | {"updates": 5} for name in ("addition", "months", "adding, chrono")}
FEW_STACKED = {name: task | {"updates": 1} for name, task in stack_05._described().items()}
# What makes a result small: a name, and what stands there instead.
SMALL = {
    "solved_01": {"notes_01._SEEDS": 1, "notes_01._UPDATES": 500, "notes_01._SLOPES": ("shipped",)},
    "single_01": {"notes_01._UPDATES": 100},
    "starts_01": {"starts_01._SEEDS": 1, "starts_01._UPDATES": 1},
    "activations_02": {"truncation_02._SEEDS": 1, "truncation_02._UPDATES": 1},
    "truncation_02": {"truncation_02._SEEDS": 1, "truncation_02._UPDATES": 1},
    "gates_03": FEW_UPDATES | {"gates_03._SEEDS": 1, "gates_03._SUBSETS": ("", "iof")},
    "recall_03": FEW_UPDATES | {
        "gates_03._SEEDS": 1, "gates_03.tasks": SimpleNamespace(recall=lambda rng, *_: tasks.recall(rng, 3, 4))
    },
    "rescue_04": {"notes_01._SEEDS": 2, "notes_01._UPDATES": 1},
    "optimizers_04": {"clipping_04._SEEDS": 2, "clipping_04._UPDATES": 1},
    "fresh_04": {"clipping_04._FRESH": 2, "clipping_04._UPDATES": 1},
    "compare_05": {"cells_05._SEEDS": 1, "cells_05._RATES": (0.1,), "cells_05._described": lambda: SOME_TASKS},
    "cut_05": {"cells_05._SEEDS": 1},
    "stack_05": {"stack_05._SEEDS": 1, "stack_05._described": lambda: FEW_STACKED},
    "letters_06": FEW_LETTERS | {"letters_06._SEEDS": 1, "letters_06._UPDATES": 1},
    "large_06": FEW_LETTERS | {"letters_06._LARGE_UPDATES": 1},
    "sides_06": {"sides_06._SEEDS": 1, "sides_06._UPDATES": 1},
    "sentences_06": {"sentences_06._SEEDS": 1, "sentences_06._UPDATES": 1, "sentences_06._TEST": 20},
    "language_06": FEW_LETTERS | {
        "language_06._SEEDS": 1, "language_06._UPDATES": {"left": 1, "both": 1}, "language_06._LONG": 20
    },
    "dates_07": FEW_DATES | {"translation_07._DATE_SEEDS": 1, "translation_07._EPOCHS": 1},
    "sums_07": {"translation_07._SMALL_SEEDS": 1, "translation_07._SUMS_EACH": 1},
    "copies_07": {"translation_07._SMALL_SEEDS": 1, "translation_07._SIZES": (4,), "translation_07._COPY_UPDATES": 1},
    "bridges_07": {"bridge_07._SEEDS": 1, "bridge_07._UPDATES": 1},
    "softmax_08": {"words_08._SIZES": (50,), "words_08._RUNNING": 64},
    "memory_08": {"helpers.data.texts.speeches": lambda: speeches(1901, 1905)},
    "reader_08": {
        "reader_08._SEEDS": 1, "reader_08._LABELLED": (40,), "reader_08._UPDATES": 10, "reader_08._CHOICE": 20,
        "reader_08._EPOCHS": 1, "helpers.data.texts.speeches": lambda: speeches(1901, 1905),
    },
    "grammar_08": {
        "words_08._SEEDS": 1, "words_08._RATES": (0.1,), "words_08.corpus": lambda rng, words: corpus(rng, words // 50)
    },
    "vectors_08": {"words_08._RUNS": words_08._RUNS[:1], "helpers.data.texts.speeches": lambda: speeches(1901, 1901)},
    "dates_09": FEW_DATES | {"reading_09._SEEDS": 1, "reading_09._RUNS": reading_09._RUNS[:1], "reading_09._FEW": 20},
    "transformer_09": {"transformer_09._SEEDS": 1, "transformer_09._UPDATES": 1},
    "copies_09": {"copies_09._SEEDS": 1, "copies_09._SIZES": (4,), "copies_09._UPDATES": 1},
    "heads_09": {"heads_09._SEEDS": 1, "heads_09._UPDATES": 1},
}  # fmt: skip


def test_every_result_is_tried():
    assert set(SMALL) == set(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_a_result_is_made(name, tmp_path, monkeypatch):
    for module in (lessons, letters_06, reading_09, translation_07, words_08):
        monkeypatch.setattr(module, "RESULTS", tmp_path)
    for target, value in SMALL[name].items():
        monkeypatch.setattr(target if target.startswith("helpers") else f"lessons.{target}", value)
    make.main([name])
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made and all(file[:2].isdigit() for file in made)
    for file in made:
        if file.endswith(".npz"):
            with np.load(tmp_path / file) as ours, np.load(STORED / file) as theirs:
                assert ours.files == theirs.files
        else:
            ours, theirs = rows(tmp_path / file), rows(STORED / file)
            assert list(ours[0]) == list(theirs[0]) and len(ours) <= len(theirs)
            assert all(None not in row and None not in row.values() for row in ours)


def rows(path):
    with open(path, encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_result_that_a_text_names_is_there():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("notebooks/*.ipynb"), ROOT / "Makefile"]
    named = {name for path in pages for name in re.findall(r"RESULT=([a-z]\w+)", path.read_text(encoding="utf-8"))}
    assert named and named <= set(TABLES)


def test_unknown_results_are_refused_and_none_is_made(monkeypatch):
    made = []
    known = {name: lambda name=name: made.append(name) for name in ("one_01", "two_02")}
    monkeypatch.setattr(make, "tables", lambda: known)
    with pytest.raises(SystemExit, match="unknown result two_2; there are one_01, two_02"):
        make.main(["one_01", "two_2"])
    assert made == []
    make.main(["two_02"])
    assert made == ["two_02"]
    make.main([])
    assert made == ["two_02", "one_01", "two_02"]


def test_the_tables_of_a_new_lesson_are_found(tmp_path, monkeypatch):
    (tmp_path / "planets_10.py").write_text("TABLES = {'orbits_10': print}\n", encoding="utf-8")
    monkeypatch.setattr(lessons, "__path__", [*lessons.__path__, str(tmp_path)])
    assert list(make.tables()) == [*TABLES, "orbits_10"]


@pytest.mark.parametrize("folder", ["root", "notebooks", "elsewhere"])
def test_lessons_and_results_are_found_from_any_folder(folder, tmp_path):
    where = {"root": ROOT, "notebooks": ROOT / "notebooks", "elsewhere": tmp_path}[folder]
    code = (
        "import lessons; from lessons import answers_01, notes_01; print((lessons.RESULTS / '01_single.csv').is_file())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=where, capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr


LESSONS = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(ROOT.glob("notebooks/*.ipynb"))]


@pytest.mark.parametrize("foreign", [None, "helpers/__init__.py", "helpers.py"])
def test_another_python_than_the_courses_is_told_what_to_do(foreign, tmp_path):
    """It has no helpers, PyPI's package of that name, or somebody's file; a kernel starts in notebooks/."""
    if foreign:
        (tmp_path / foreign).parent.mkdir(exist_ok=True)
        (tmp_path / foreign).touch()
    setup = "".join(LESSONS[0]["cells"][1]["source"])
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    run = [sys.executable, "-S", "-c", setup]  # -S: nothing of this environment
    done = subprocess.run(run, cwd=ROOT / "notebooks", env=environment, capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: the course's package helpers is not in this Python")
    assert "make lab" in last and "%pip install -e" in last and "restart the kernel" in last
    assert (f"{Path(foreign or '')} has its name: rename that, or %pip uninstall helpers" in last) == bool(foreign)


def test_every_lesson_says_what_to_do_in_another_python():
    said = set()
    for lesson in LESSONS:
        head, setup = ("".join(cell["source"]) for cell in lesson["cells"][:2])
        said.add(head[head.index("If the next cell ends in") :])
        assert setup.startswith("from lessons import ")
    (words,) = said
    assert all(word in words for word in ["No module named", "make lab", "%pip install", "Colab"])


def test_text_files_are_opened_with_their_encoding():
    """Windows would take cp1252: a learner copies the example of lesson 8 as it stands."""
    wanted = re.compile(r"(?<![\w.])open\([^()]*\)|\.(?:read|write)_text\([^()]*\)")
    pages = [path for end in ("py", "ipynb", "md") for path in ROOT.rglob(f"*.{end}") if ".venv" not in str(path)]
    found = [
        f"{path.name}: {call}"
        for path in pages
        if "tests" not in path.parts
        for call in wanted.findall(path.read_text(encoding="utf-8").replace("\\", ""))
        if "encoding=" not in call and '"rb"' not in call and '"wb"' not in call
    ]
    assert not found, found


def test_no_path_depends_on_the_folder():
    """No string of code climbs up or names a folder of the course; prose and the pictures in it may."""
    found = []
    for path in [*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("notebooks/lessons/*.py")]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".ipynb":
            code = [cell["source"] for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
            text = "\n".join("".join(source) for source in code)
        found += [f"{path.name}: {bad}" for bad in re.findall(r"""["'](?:\.\.?/|results/|notebooks/)[^"']*""", text)]
    assert not found
