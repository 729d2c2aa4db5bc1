"""The README's code runs, its table of lessons is true, and its commands exist."""

import itertools
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_code_runs_as_it_stands(source):
    done = subprocess.run([sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) < 0.1, done.stdout
    found = [float(number) for number in re.search(r"next ten: \[(.*)\]", done.stdout)[1].split()]
    assert np.allclose(found, np.sin(np.arange(600, 610) / 5), atol=0.02)


LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def test_every_lesson_has_its_row_and_every_row_its_lesson():
    rows = re.findall(r"^\| (\d+) \| \[.+\]\(notebooks/(.+)\.ipynb\) \| .+ \| \d+ \|$", README, re.MULTILINE)
    assert [(number, name) for number, name in rows] == [(str(int(name[:2])), name) for name in LESSONS]
    assert [int(name[:2]) for name in LESSONS] == list(range(1, len(LESSONS) + 1))


@pytest.mark.parametrize("name", LESSONS)
def test_every_lesson_has_its_answers_and_a_row_of_what_was_measured(name):
    assert (ROOT / f"notebooks/lessons/answers_{name[:2]}.py").is_file()
    claims = re.findall(r"^\| (\d+) \| ", README[README.index("what we measured") :], re.MULTILINE)
    assert str(int(name[:2])) in claims, f"no row says what lesson {int(name[:2])} measured"


@pytest.mark.parametrize(("name", "after"), list(itertools.pairwise(LESSONS)))
def test_every_lesson_leads_to_the_next(name, after):
    head = "".join(json.loads((ROOT / f"notebooks/{name}.ipynb").read_text(encoding="utf-8"))["cells"][0]["source"])
    assert re.search(rf"next: \[[^]]+\]\({after}\.ipynb\)", head)


def test_every_folder_and_module_stands_in_the_map():
    """The map is the part of the README that says what is where."""
    page = README[README.index("## What is where") : README.index("## Notation")]
    modules = [*(ROOT / "helpers").rglob("*.py")]
    missing = {path.stem for path in modules if path.stem != "__init__" and f"`{path.stem}`" not in page}
    folders = {path.parent for path in [*modules, *(ROOT / "notebooks").rglob("*.py")]}
    missing |= {f"{path.relative_to(ROOT)}/" for path in folders if f"`{path.relative_to(ROOT)}/`" not in page}
    assert not missing, f"the README's map lacks {sorted(missing)}"


def test_the_commands_come_first_and_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    first_screen = README[: README.index("Both commands need")]
    assert first_screen.index("figures/widget.png") < first_screen.index("make lab") < first_screen.index("make test")
    assert first_screen.count("\n") < 25
    for target in set(re.findall(r"`?make ([a-z-]+)", README)) - {"an"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
