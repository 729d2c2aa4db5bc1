"""The README's code runs, its table of lessons is true, and its commands exist."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("source", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_code_runs_as_it_stands(source):
    done = subprocess.run([sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout.split()[-1]) < 0.1, done.stdout


def test_every_notebook_is_in_the_table_and_the_others_are_marked():
    rows = dict(re.findall(r"^\| (\d) \| (.*)$", README, re.MULTILINE)[:9])
    for number in range(1, 10):
        notebooks = list((ROOT / "notebooks").glob(f"{number:02d}_*.ipynb"))
        there = [f"notebooks/{path.name}" in rows[str(number)] for path in notebooks]
        assert all(there) and ("in preparation" in rows[str(number)]) == (not notebooks)


def test_the_commands_come_first_and_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert README.index("make lab") < README.index("make test") < 200
    for target in set(re.findall(r"`?make ([a-z-]+)", README)) - {"an"}:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
