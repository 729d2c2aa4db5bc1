from pathlib import Path

import pytest


def pytest_addoption(parser):
    group = parser.getgroup("browser")
    group.addoption("--shots", type=Path, metavar="DIR", help="keep screenshots here, not in pytest's folder")
    group.addoption("--widget-picture", type=Path, metavar="PNG", help="store the README's picture of a widget")
    group.addoption("--notebooks", type=Path, metavar="DIR", help="look at the notebooks of another folder")


def pytest_generate_tests(metafunc):
    folder = metafunc.config.getoption("--notebooks") or Path(__file__).parents[2] / "notebooks"
    if "notebook" in metafunc.fixturenames:
        paths = sorted(folder.resolve().glob("*.ipynb"))
        # With several workers the tests of one notebook stay together: they share its page.
        notebooks = [pytest.param(path, id=path.stem, marks=pytest.mark.xdist_group(path.stem)) for path in paths]
        metafunc.parametrize("notebook", notebooks, scope="module")
