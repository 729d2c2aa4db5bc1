"""Pictures of attention: cells, names, frames, bars."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from helpers.data import dates
from helpers.lab.style import use_style
from lessons import maps_09, tables_09
from lessons.reading_09 import Rewriting


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        use_style()
        yield
    plt.close("all")


def test_an_alignment_shows_weights_names_and_frames():
    _, ax = plt.subplots()
    weights = np.array([[0.9, 0.1, 0.0], [0.0, 0.5, 0.5]])
    maps_09.alignment(ax, Rewriting("1 m", "0", True, np.ones(2), weights), [(slice(0, 1), slice(1, 3))])
    np.testing.assert_array_equal(ax.images[0].get_array(), weights)
    assert ax.images[0].get_clim() == (0, 1)
    assert [t.get_text() for t in ax.get_xticklabels()] == ["1", "␣", "m"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["0", "end"] and ax.get_title(loc="left") == "0"
    (frame,) = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert tuple(frame.get_xy()) == (0.5, -0.5) and (frame.get_width(), frame.get_height()) == (2, 1)


def test_without_weights_the_picture_says_so():
    _, ax = plt.subplots()
    maps_09.alignment(ax, Rewriting("mai", "05", False, np.ones(2), None))
    assert "no attention" in ax.texts[0].get_text() and not ax.images[0].get_array().any()


@pytest.mark.parametrize("count", [1, 2, 4])
def test_a_field_for_each_head_and_the_curve(count):
    figure = maps_09.heads(np.ones((count, 12, 12)) / 12, [0.1, 0.5])
    assert len(figure.axes) == count + 1
    np.testing.assert_allclose(figure.axes[-1].get_lines()[0].get_ydata(), [10, 50])


def test_the_plane_shows_points_and_weights():
    figure = maps_09.plane([1, 2], [[1, 0], [0, 0], [-1, -1]], [0.2, 0.3, 0.5], [0.5, 0.5])
    left, right = figure.axes
    assert [bar.get_height() for bar in right.patches] == [0.2, 0.3, 0.5]
    assert [text.get_text() for text in right.texts] == ["0.20", "0.30", "0.50"]
    assert left.get_lines()[-1].get_xdata()[0] == 0.5


def test_pictures_of_what_is_stored():
    _, test = dates.split(np.random.default_rng(0))
    left, right = maps_09.learning(test).axes
    assert left.get_title(loc="left").startswith("90 % after") and len(right.get_lines()) == 4
    (ax,) = maps_09.copies().axes
    names = [text.get_text() for text in ax.texts]
    assert {name for name, *_ in tables_09.COPIES} <= set(names) and "longest in training" in names


def test_positions_and_what_a_softmax_passes_back():
    left, right, _ = maps_09.positions(np.eye(4)).axes
    assert left.images[0].get_array().shape == (4, 4)
    np.testing.assert_array_equal(right.get_lines()[0].get_ydata(), [0, 0, 1, 0])
    (ax,) = maps_09.scales([1, 4], [["1", 1.0, 0.5, 0.5], ["4", 1.0, 0.5, 0.1]]).axes
    assert [list(line.get_ydata()) for line in ax.get_lines()] == [[0.5, 0.5], [0.5, 0.1]]


@pytest.mark.parametrize("panel", ["reading", "typed", "plane", "heads"])
def test_every_control_has_a_value(panel):
    made = maps_09.controls(panel)
    assert made and all(control.value is not None for control in made.values())
