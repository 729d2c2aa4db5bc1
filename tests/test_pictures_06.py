"""The tables and pictures of lesson 6: a head and full rows, spreads, the true letter in its colour."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from helpers.lab import style
from lessons import pictures_06

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("name", ["letters_rows", "language_rows", "written_rows", "sentences_rows"])
def test_a_table_has_a_head_and_full_rows(name):
    rows = getattr(pictures_06, name)()
    assert len(rows) > 3 and {len(row) for row in rows} == {len(rows[0])}


def test_the_counted_bound_stands_where_one_side_is_read():
    rows = pictures_06.sides_rows({("between", "left"): 0.9})
    assert [row[-1] for row in rows[1:]] == ["90.0"] + [""] * (len(rows) - 2)
    assert [row[4] for row in rows[1:]].count("16 of 16") == 3


def test_a_spread():
    assert pictures_06.spread([3.0]) == "3.0" and pictures_06.spread([1, 2, 9], 0) == "2 (1 to 9)"


def test_the_true_letter_is_marked():
    _, ax = plt.subplots()
    p = np.zeros(27)
    p[[26, 4, 0, 2, 9]] = [0.4, 0.3, 0.2, 0.06, 0.04]
    pictures_06.likeliest(ax, p, 4, "both")
    assert [label.get_text() for label in ax.get_xticklabels()] == ["␣", "e", "a", "c", "j"]
    colours = [bar.get_facecolor()[:3] for bar in ax.patches]
    assert colours[1] == to_rgb(style.COLOURS["letter"]) and colours[0] == to_rgb(style.COLOURS["guess"])
    plt.close("all")


def test_what_was_written_stands_in_lines():
    fig = pictures_06.next_letter(np.full(27, 1 / 27), "the end", "a" * 100)
    assert fig.axes[1].texts[0].get_text() == "a" * 66 + "\n" + "a" * 34
    plt.close("all")
