"""Docstrings as a contract: short, and enough for Shift-Tab; what is the same everywhere stands in helpers/__init__."""

import importlib
import inspect
import pkgutil
import re

import pytest

import helpers

MOST_LINES = 10
PARTS = r"[\w…·+−*/ .]"  # of a shape such as (T, 4H, N) or (…, Tq, d)
SHAPE = re.compile(rf"\({PARTS}+,(?:{PARTS}+,?)*\)")
MODULES = [m.name for m in pkgutil.walk_packages(helpers.__path__, "helpers.")]


def public():
    """Yield every public function, class and method that a module of helpers defines itself."""
    for name in (name for name in MODULES if "._" not in name):
        module = importlib.import_module(name)
        for key, value in vars(module).items():
            own = getattr(value, "__module__", None) == name and not key.startswith("_")
            if own and (inspect.isfunction(value) or inspect.isclass(value)):
                yield pytest.param(value, f"{name}.{key}", id=f"{name.removeprefix('helpers.')}.{key}")
                for method in vars(value) if inspect.isclass(value) else ():
                    if not method.startswith("_") and inspect.isfunction(vars(value)[method]):
                        yield pytest.param(vars(value)[method], f"{name}.{key}.{method}", id=f"{name}.{key}.{method}")


def contract(name):
    """Return the names that the package, or the folder of a module, explains once for all of it."""
    folder = importlib.import_module(".".join(name.split(".")[:2]))
    lines = re.findall(r"^ {4}(\w+(?:, \w+)*) {2}", f"{helpers.__doc__}\n{folder.__doc__}", re.MULTILINE)
    return {word for line in lines for word in line.split(", ")}


def faults(value, told=()):
    """Return what the docstring of one function or class lacks; the names `told` are explained elsewhere."""
    text = inspect.getdoc(value) or ""
    first, *more = text.splitlines() or [""]
    found = []
    if not re.fullmatch(r"[A-Z].*\.", first) or (more and more[0]):
        found.append("expected a summary of one line that ends with a full stop")
    if len(more) + 1 > MOST_LINES:
        found.append(f"expected at most {MOST_LINES} lines, got {len(more) + 1}")
    if re.search(r"^-{3,}$", text, re.MULTILINE):
        found.append("expected running lines, got a section")
    if not inspect.isfunction(value):
        return found
    for name, parameter in inspect.signature(value).parameters.items():
        if name == "self" or parameter.kind is parameter.VAR_KEYWORD or name in told:
            continue
        if not re.search(rf"\b{name}\b", text):
            found.append(f"expected a word about {name}")
        elif re.search(r"\bArray\b(?! \|)|Array \| None", str(parameter.annotation).replace("numpy.ndarray", "Array")):
            sentence = next((part for part in re.split(r"\.\s", text) if re.search(rf"\b{name}\b.*\(", part, re.S)), "")
            if not SHAPE.search(sentence) and "shape" not in sentence:
                found.append(f"expected the shape of {name}")
    return found


@pytest.mark.filterwarnings("ignore:Widget:DeprecationWarning")  # ipywidgets deprecates attributes of its own classes
@pytest.mark.parametrize(("value", "name"), list(public()))
def test_docstring(value, name):
    found = faults(value, contract(value.__module__))
    assert not found, f"{name}: " + "; ".join(found)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_says_what_it_is_and_the_package_lists_it(name):
    assert re.fullmatch(r"[A-Z].*\.", (importlib.import_module(name).__doc__ or "").splitlines()[0])
    assert name.rpartition(".")[2].startswith("_") or re.search(rf"\b{name.rpartition('.')[2]}\b", helpers.__doc__)


# ---- the checks themselves, on functions that are wrong on purpose


def good(h: "Array", steps: int = 1):  # noqa: F821
    """Move h (T, H, N) by so many steps.

    What leaves is 0. ValueError where steps is below 1.
    """


def silent(h, steps):
    """Move h (T, H, N)."""


def shapeless(h: "Array"):  # noqa: F821
    """Move h."""


def long(h):
    """Move h.

    Returns
    -------
    h, in
    many,
    many,
    many,
    many,
    many,
    many lines.
    """


def test_the_checks_find_what_is_missing():
    assert faults(good) == []
    assert faults(silent) == ["expected a word about steps"] and faults(silent, {"steps"}) == []
    assert faults(shapeless) == ["expected the shape of h"]
    assert faults(long) == ["expected at most 10 lines, got 11", "expected running lines, got a section"]
    assert faults(lambda h: h)[0].startswith("expected a summary")
