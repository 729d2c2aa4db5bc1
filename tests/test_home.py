"""A home folder that is not there changes nothing; a course that cannot be written says what to do."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.skipif(os.name == "nt" or not shutil.which("make"), reason="needs make and POSIX permissions")
# As the learner's shell has it: what make sets for its own children is left out.
SET_BY_MAKE = ("JUPYTER_", "IPYTHONDIR", "MPLCONFIGDIR", "MAKE", "MFLAGS")


def make(folder, *words, **options):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(SET_BY_MAKE)} | {
        "HOME": os.devnull + "/home"
    }
    return subprocess.run(["make", *words], cwd=folder, env=environment, capture_output=True, text=True, **options)


@pytest.mark.skipif(not (ROOT / ".venv/installed").is_file(), reason="this environment was not made by make")
def test_jupyterlab_starts_without_a_home():
    done = make(ROOT, "-s", "-o", "requirements.txt", "-o", "pyproject.toml", "lab", "LAB_ARGS=--version")
    assert done.returncode == 0 and done.stdout.strip()[0].isdigit(), done.stderr


@pytest.mark.skipif(not (ROOT / ".venv/installed").is_file(), reason="this environment was not made by make")
def test_pictures_need_no_home():
    code = (
        "from helpers.lab import style; import matplotlib.pyplot as plt; style.use_style(); style.to_png(plt.figure())"
    )
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MPL")} | {"HOME": os.devnull + "/home"}
    environment["MPLCONFIGDIR"] = str(ROOT / ".venv/settings/matplotlib")  # as the Makefile sets it
    python = next((ROOT / ".venv").glob("bin/python"))
    done = subprocess.run([python, "-W", "error", "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr


def test_a_folder_that_cannot_be_written_is_told():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in ("Makefile", "requirements.txt", "pyproject.toml"):
            shutil.copy(ROOT / file, folder)
        (folder / ".venv").mkdir()
        (folder / ".venv/installed").touch()
        for path in (folder / ".venv", folder):
            path.chmod(0o555)
        try:
            # Permissions do not bind root, so that it becomes somebody else.
            done = make(folder, "lab", **({"user": 65534} if os.geteuid() == 0 else {}))
        finally:
            folder.chmod(0o755)
    assert done.returncode != 0 and ".venv, which cannot be written" in done.stderr and "copy the course" in done.stderr
