"""The rules of the house: the floors of helpers/, small files, no pickle, no path of one machine."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import checks
import pytest

ROOT = Path(__file__).parents[1]
# A module imports only from floors below its own; FOOTING lies under all of them.
FOOTING = {"_validation", "_steps"}
GROUND = {"activations", "losses", "clipping", "optimizers", "gradcheck", "data", "initializers", "tasks", "texts"}
GROUND |= {"vectors", "windows", "grammar"}
GROUND |= {"characters", "dates", "weights"}
KERNELS = {"rnn", "lstm", "gru", "dense", "attention", "embedding", "word2vec"}
MODELS = {"birnn", "cloze", "multi_head", "encoder_decoder", "seq2seq", "decoding", "interop", "notes", "truncated"}
MODELS |= {"memory", "rewriting", "look_back"}
STYLE = {"style"}
LAB = {"plots", "grids", "diagrams", "cell_pictures", "maps", "widgets", "exercises"}
ANSWERS = set()  # answers_01 and so on, one for each notebook
FLOORS = [FOOTING, GROUND, KERNELS, MODELS, STYLE, LAB, ANSWERS]
# Neighbours on one floor that may be seen.
NEIGHBOURS = {("losses", "activations"), ("_steps", "_validation")}  # the losses take logits; the name of an array
NEIGHBOURS |= {
    ("grammar", "vectors"),
    ("cell_pictures", "diagrams"),
    ("encoder_decoder", "birnn"),
    ("seq2seq", "birnn"),
    ("seq2seq", "encoder_decoder"),
    ("decoding", "encoder_decoder"),
    ("rewriting", "decoding"),
    ("look_back", "multi_head"),
    ("maps", "plots"),
}
PACKAGES = {"data": {"numpy", "pywt"}, "dates": {"numpy", "babel"}}
LAB_PACKAGES = {"numpy", "matplotlib", "ipywidgets", "IPython", "matplotlib_fontja"}
LAB_PACKAGES |= {"PIL", "traitlets"}  # parts of matplotlib and ipywidgets
MOST_LINES = 300
TOP_LEVEL = {
    ".ci",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".pre-commit-config.yaml",
    "CONTRIBUTING.md",
    "LICENSE",
    "Makefile",
    "README.md",
    "environment.yml",
    "figures",
    "helpers",
    "notebooks",
    "pyproject.toml",
    "requirements.txt",
    "tests",
}
# So that this file does not hold what it looks for.
PICKLE = "pick" + "le"
PATH_EDIT = "sys" + ".path"


def floor_of(module):
    """Return the number of a module's floor; an unknown module is an error with advice."""
    for number, floor in enumerate(FLOORS):
        if module in floor or (floor is ANSWERS and re.fullmatch(r"answers_\d\d", module)):
            return number
    raise AssertionError(f"helpers/{module}.py has no floor yet: give it one in FLOORS of tests/test_house.py")


def imports(source):
    """Return (top package, module of helpers or None) for every import, also those inside functions."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = ("helpers." if node.level else "") + (node.module or "")
            base = base.rstrip(".")
            names = [f"helpers.{alias.name}" for alias in node.names] if base == "helpers" else [base]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            found.append((top, rest.split(".")[0] or None if top == "helpers" else None))
    return found


def floor_faults(module, source):
    """Return a sentence for every import that a module of helpers may not have."""
    found = []
    own = floor_of(module)
    packages = PACKAGES.get(module, LAB_PACKAGES if own >= FLOORS.index(STYLE) else {"numpy"})
    for top, inside in imports(source):
        if top == "helpers":
            if inside is None:
                found.append(f"{module} imports helpers as a whole: import the modules it needs")
            elif floor_of(inside) >= own and (module, inside) not in NEIGHBOURS:
                found.append(f"{module} may not import {inside}, which is not on a floor below")
        elif top not in packages and top not in sys.stdlib_module_names:
            found.append(f"{module} may not import {top}: its floor has {', '.join(sorted(packages))}")
    return found


HELPERS = [path for path in sorted((ROOT / "helpers").glob("*.py")) if path.stem != "__init__"]


@pytest.mark.parametrize("path", HELPERS, ids=lambda path: path.stem)
def test_floors(path):
    found = floor_faults(path.stem, path.read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", HELPERS, ids=lambda path: path.stem)
def test_a_file_stays_small(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    ("module", "source", "word"),
    [
        ("activations", "from helpers import rnn", "may not import rnn"),
        ("activations", "from . import losses", "may not import losses"),
        ("rnn", "import helpers.dense", "may not import dense"),
        ("rnn", "def f():\n    from helpers.plots import line", "may not import plots"),
        ("rnn", "import matplotlib.pyplot as plt", "may not import matplotlib"),
        ("birnn", "import torch", "may not import torch"),
        ("interop", "from torch import nn", "may not import torch"),
        ("plots", "import pandas", "may not import pandas"),
        ("plots", "from helpers import widgets", "may not import widgets"),
        ("dense", "import helpers", "as a whole"),
        ("_validation", "from helpers.activations import relu", "may not import activations"),
    ],
)
def test_floors_finds(module, source, word):
    assert word in " ".join(floor_faults(module, source))


def test_floors_take_what_is_below():
    below = (
        "import math\nimport numpy as np\nfrom helpers import activations, _validation\nfrom helpers.losses import x"
    )
    assert floor_faults("rnn", below) == []
    assert floor_faults("answers_01", "from helpers import rnn, notes, exercises") == []
    assert floor_faults("data", "import pywt") == []


def test_a_module_without_a_floor_is_named():
    with pytest.raises(AssertionError, match=r"helpers/trainer\.py has no floor yet"):
        floor_faults("trainer", "")


def tracked():
    """Return the paths that git knows, or the files there are when this is no checkout."""
    try:
        answer = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is not a git checkout, so there is no list of its files")
    paths = [Path(name) for name in answer.split("\0") if name]
    return [path for path in paths if (ROOT / path).is_file()]


def texts(*suffixes):
    """Yield (path, text) of every tracked text file, or of those that end so."""
    for path in tracked():
        if not suffixes or path.suffix in suffixes:
            try:
                yield path, (ROOT / path).read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # a picture


def test_only_known_names_stand_at_the_top():
    assert {path.parts[0] for path in tracked()} <= TOP_LEVEL


def test_no_path_of_one_machine():
    found = [f"{path}: {match[0]}" for path, text in texts() if (match := checks.MACHINE_PATH.search(text))]
    assert not found, found


def test_no_edit_of_the_import_path():
    assert not [path for path, text in texts(".py", ".ipynb") if PATH_EDIT in text]


def test_nothing_is_pickled():
    bad = re.compile(
        rf"import {PICKLE}|from {PICKLE}|{PICKLE}\.|allow_{PICKLE}\s*=\s*True|import (?:joblib|shelve|marshal)"
    )
    found = [path for path, text in texts(".py", ".ipynb") if bad.search(text)]
    found += [path for path in tracked() if path.suffix in {".pkl", ".pickle", ".joblib"}]
    assert not found


def test_links_of_the_pages_lead_somewhere():
    found = [f"{path}: {s}" for path, text in texts(".md") for s in checks.links(text, (ROOT / path).parent)]
    assert not found, "\n".join(found)
