"""Docstrings as a contract: every public function and class of helpers passes numpydoc's validation."""

import ast
import importlib
import inspect
import pkgutil
import textwrap

import pytest
from numpydoc.validate import validate

import helpers

CHECKS = {
    "GL08": "there is a docstring",
    "GL03": "no double blank lines",
    "GL06": "only known sections",
    "GL07": "sections in their order",
    "SS01": "a summary",
    "SS02": "that begins with a capital letter",
    "SS03": "and ends with a full stop",
    "SS06": "on one line",
    "PR01": "every parameter is described",
    "PR02": "no parameter is described that is not there",
    "PR03": "parameters in their order",
    "PR04": "with a type",
    "PR07": "and a description",
    "PR10": "written name : type",
    "RT01": "what is returned is described",
    "RT03": "with a description",
}


def public():
    """Yield (module, name) of every public function and class that a module of helpers defines itself."""
    for info in pkgutil.iter_modules(helpers.__path__):
        if not info.name.startswith("_"):
            module = importlib.import_module(f"helpers.{info.name}")
            for name, value in vars(module).items():
                own = getattr(value, "__module__", None) == module.__name__
                if own and not name.startswith("_") and (inspect.isfunction(value) or inspect.isclass(value)):
                    yield module, name


def is_tuple_of_names(value):
    return inspect.isclass(value) and issubclass(value, tuple)


def raises(function):
    """Return whether the body itself, not a function inside it, raises an exception of its own."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise) and node.exc is not None:
            return True
        if not isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            waiting += ast.iter_child_nodes(node)
    return False


def faults(value, name):
    """Return what is wrong with the docstring of one function or class."""
    # The fields of a NamedTuple stand in its body; its generated signature belongs to nobody.
    wanted = CHECKS if not is_tuple_of_names(value) else {k: v for k, v in CHECKS.items() if k[:2] not in ("PR", "RT")}
    found = [f"{code} {text}" for code, text in validate(name)["errors"] if code in wanted]
    if inspect.isfunction(value) and raises(value) and "\nRaises\n------\n" not in (inspect.getdoc(value) or ""):
        found.append("raises an exception and has no section Raises")
    return found


# Looking at the attributes of a widget's class touches deprecated ones of ipywidgets itself.
@pytest.mark.filterwarnings("ignore:Widget:DeprecationWarning")
@pytest.mark.parametrize(("module", "name"), [pytest.param(m, n, id=f"{m.__name__}.{n}") for m, n in public()])
def test_docstring(module, name):
    value = getattr(module, name)
    found = faults(value, f"{module.__name__}.{name}")
    if inspect.isclass(value) and not is_tuple_of_names(value):
        methods = [m for m in vars(value) if not m.startswith("_") and inspect.isfunction(vars(value)[m])]
        for method in methods:
            found += [f"{method}: {text}" for text in faults(vars(value)[method], f"{module.__name__}.{name}.{method}")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("module", [m.name for m in pkgutil.iter_modules(helpers.__path__)])
def test_module_says_what_it_is(module):
    assert (importlib.import_module(f"helpers.{module}").__doc__ or "").strip()


# ---- the checks themselves, on functions that are wrong on purpose


def good(x):
    """Double a number.

    Parameters
    ----------
    x : float
        The number.

    Returns
    -------
    float
        Twice the number.

    Raises
    ------
    ValueError
        If x is negative.
    """
    if x < 0:
        raise ValueError(x)
    return 2 * x


def undescribed(x, y):
    """Add two numbers.

    Parameters
    ----------
    x : float
        The one.

    Returns
    -------
    float
        The sum.
    """
    return x + y


def silent(x):
    """Double a number.

    Parameters
    ----------
    x : float
        The number.
    """
    if x < 0:
        raise ValueError(x)
    return 2 * x


def bare(x):
    return x


def test_the_checks_find_what_is_missing():
    assert faults(good, f"{__name__}.good") == []
    assert any(text.startswith("PR01") for text in faults(undescribed, f"{__name__}.undescribed"))
    assert [text[:6] for text in faults(silent, f"{__name__}.silent")] == ["RT01 N", "raises"]
    assert any(text.startswith("GL08") for text in faults(bare, f"{__name__}.bare"))
