"""The pictures of lesson 4 say what clipping has done."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons import clipping_04, pictures_04

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("by value", "Length 4 becomes 2.12; it turns by 15.0 degrees."),
        ("by norm", "Length 4 becomes 1.5; it turns by 0.0 degrees."),
    ],
)
def test_an_arrow_turns_by_what_is_said(kind, told):
    assert pictures_04.plane(kind, 30, 4.0, 1.5)[1] == told


def test_the_rescue_has_a_curve_a_kind_and_a_line_without_clipping():
    he = [row for row in clipping_04.read("04_rescue.csv") if row["scheme"] == "he"]
    left = pictures_04.rescue(he).axes[0]
    curves = {line.get_label(): line.get_ydata() for line in left.get_lines()}
    assert max(curves["global norm"]) == 33 and list(curves["no clipping"]) == [17, 17]


def test_networks_that_end_as_nan_are_counted():
    losses, norms = np.ones((100, 8)), np.ones((100, 8))
    norms[-1, 0], norms[:50, 1] = np.nan, 3
    solved = np.arange(8) > 4
    _, words = pictures_04.adders(losses, norms, solved, 2.0)
    assert words == "<b>3 of 8</b> networks solve it (blue), 1 ended as NaN. 6% of the norms were above 2."
    assert "above" not in pictures_04.adders(losses, norms, solved, None)[1]


def test_the_others_are_drawn():
    path = np.array([[4.6, -2.0], [4.5, -2.1]])
    both = {"plain": path, "clipped": path}
    errors = {name: np.array([0.1, 0.2]) for name in both}
    assert len(pictures_04.cliff(np.ones((3, 3)), (3.5, 6.5, -3.2, -1.2), both, errors).axes) == 2
    assert len(pictures_04.norms(np.ones((5, 2)), [1.0], {"50%": np.ones(3)}).axes) == 2
    assert pictures_04.apart({"no clipping": np.ones(4)}).axes[0].get_yscale() == "log"
