"""The stored pictures are what the script draws, byte for byte."""

import subprocess
import sys
from pathlib import Path

import pytest

FIGURES = Path(__file__).parents[1] / "figures"
DIAGRAMS = sorted(path.name for path in FIGURES.glob("*.svg"))


def make(*words):
    run = [sys.executable, str(FIGURES / "make.py"), *words]
    return subprocess.run(run, capture_output=True, text=True, check=False)


def test_same_bytes_twice_and_as_stored(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        done = make("--to", str(tmp_path / folder), *DIAGRAMS)
        assert done.returncode == 0 and done.stderr == "", done.stderr
    for name in DIAGRAMS:
        picture = (tmp_path / "one" / name).read_bytes()
        assert picture == (tmp_path / "two" / name).read_bytes()
        # Git on Windows may have changed the line ends of the stored one.
        assert picture.replace(b"\r\n", b"\n") == (FIGURES / name).read_bytes().replace(b"\r\n", b"\n")


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_says_no_date_and_needs_no_font(name):
    text = (FIGURES / name).read_text(encoding="utf-8")
    assert "<text" not in text and "dc:date" not in text


def test_an_unknown_name_is_told(tmp_path):
    done = make("--to", str(tmp_path), "99_nothing.svg")
    assert done.returncode == 2 and "there are 01_unrolled.svg" in done.stderr
