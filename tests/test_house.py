"""The rules of the house: who imports what, small files, a small package, no pickle, no path of one machine."""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import checks
import pytest

ROOT = Path(__file__).parents[1]
# What a folder of helpers may import of helpers, and of other packages beside the standard library.
MAY = {
    "": ({"", "data"}, {"numpy"}),
    "data": ({"data"}, {"numpy", "babel", "pywt"}),
    "lab": ({"lab"}, {"numpy", "matplotlib", "ipywidgets", "IPython", "matplotlib_fontja", "PIL", "traitlets"}),
}
MOST_CODE, MOST_LINES, MOST_AT_TOP, MOST_FILES_AT_TOP = 200, 4_750, 3_150, 22
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
    "docs",
    "environment.yml",
    "figures",
    "helpers",
    "notebooks",
    "pyproject.toml",
    "requirements.txt",
    "tests",
}
README = (ROOT / "README.md").read_text(encoding="utf-8")
# So that this file does not hold what it looks for.
PICKLE = "pick" + "le"
PATH_EDIT = "sys" + ".path"


def modules():
    """Return name → path of every module of the package, such as "helpers.data.tasks"."""
    paths = sorted((ROOT / "helpers").rglob("*.py"))
    return {".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): p for p in paths}


MODULES = modules()


def folder_of(module):
    """Return "" for the top of the package, else the name of the folder below it."""
    _, *rest = module.split(".")
    return rest[0] if rest and rest[0] in MAY else ""


def imports(source):
    """Return the modules that a source imports, also inside functions: "helpers.rnn", "numpy", "matplotlib.pyplot"."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = ("helpers." if node.level else "") + (node.module or "")
            whole = {f"{base}.{alias.name}".replace("..", ".") for alias in node.names}
            found |= {name if name in MODULES else base.rstrip(".") for name in whole}
    return found


def faults(module, source):
    """Return a sentence for every import that a module of helpers may not have."""
    folders, packages = MAY[folder_of(module)]
    found = []
    for name in sorted(imports(source)):
        top = name.split(".")[0]
        if name == "helpers":
            found.append(f"{module} imports helpers as a whole: import the modules it needs")
        elif top == "helpers":
            if folder_of(name) not in folders and name != "helpers._checks":
                found.append(f"{module} may not import {name}: its folder imports from {sorted(folders)}")
        elif top not in packages and top not in sys.stdlib_module_names:
            found.append(f"{module} may not import {top}: its folder has {sorted(packages)}")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_what_its_folder_may(module):
    found = faults(module, MODULES[module].read_text(encoding="utf-8"))
    assert not found, "\n".join(found)


def test_no_circle():
    graph = {name: imports(path.read_text(encoding="utf-8")) & set(MODULES) for name, path in MODULES.items()}
    list(graphlib.TopologicalSorter(graph).static_order())  # a circle raises CycleError and is named


@pytest.mark.parametrize(
    ("module", "source", "word"),
    [
        ("helpers.data.tasks", "from helpers import rnn", "may not import helpers.rnn"),
        ("helpers.data.tasks", "from helpers.lab import plots", "may not import helpers.lab.plots"),
        ("helpers.rnn", "def f():\n    from helpers.lab.plots import curves", "may not import helpers.lab.plots"),
        ("helpers.rnn", "import matplotlib.pyplot as plt", "may not import matplotlib"),
        ("helpers.rnn", "from lessons import notes_01", "may not import lessons"),
        ("helpers.interop", "from torch import nn", "may not import torch"),
        ("helpers.lab.plots", "import pandas", "may not import pandas"),
        ("helpers.lab.plots", "from helpers import rnn", "may not import helpers.rnn"),
        ("helpers.dense", "import helpers", "as a whole"),
    ],
)
def test_the_rule_of_imports_finds(module, source, word):
    assert word in " ".join(faults(module, source))


def test_the_rule_of_imports_takes_what_is_meant():
    source = (
        "import math\nimport numpy as np\nfrom helpers import data, losses, _checks\nfrom helpers.data.words import x"
    )
    assert faults("helpers.rnn", source) == []
    assert faults("helpers.data", "import pywt\nfrom helpers._checks import one_of") == []


def code_lines(source):
    """Count the lines that are neither blank nor comment nor docstring."""
    words = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            words |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    lines = enumerate(source.splitlines(), 1)
    return sum(1 for i, line in lines if i not in words and line.strip() and not line.strip().startswith("#"))


@pytest.mark.parametrize("path", [*MODULES.values(), *(ROOT / "notebooks").rglob("*.py")], ids=lambda path: path.stem)
def test_a_file_stays_small(path):
    assert code_lines(path.read_text(encoding="utf-8")) <= MOST_CODE


def test_the_package_stays_small_and_the_readme_says_how_small():
    sizes = {name: len(path.read_text(encoding="utf-8").splitlines()) for name, path in MODULES.items()}
    top = [size for name, size in sizes.items() if not folder_of(name)]
    assert sum(sizes.values()) <= MOST_LINES and sum(top) <= MOST_AT_TOP and len(top) <= MOST_FILES_AT_TOP
    said = re.search(r"`helpers/` has ([\d,]+) lines in (\d+) files, ([\d,]+) of them in the (\d+) at its top", README)
    assert said, "the README does not say how large helpers/ is"
    assert [int(number.replace(",", "")) for number in said.groups()] == [
        sum(sizes.values()), len(sizes), sum(top), len(top)
    ]  # fmt: skip


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
