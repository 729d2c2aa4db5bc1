"""What lesson 7 shows: rows of stored tables, neighbours, and pictures without a warning."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers.data import characters, dates
from lessons import pictures_07 as pictures

pytestmark = pytest.mark.filterwarnings("error")


def test_a_summary_has_a_row_for_each_setting_in_order():
    rows = pictures.summary("beam", "epoch", "width")
    assert [row[:2] for row in rows] == [[epoch, width] for epoch in (1, 5) for width in (1, 2, 5, 10)]
    assert all(low <= middle <= high for *_, middle, low, high in rows)


def test_the_ways_are_compared_with_plain_in_pairs():
    rows = {row[0]: row[1:] for row in pictures.ways()}
    assert rows["plain"][-1] == "0 to 0" and len(rows) == 6
    assert all(sum(map(int, row[-1].split(" to "))) <= 16 for row in rows.values())


def test_the_nearest_is_the_nearest_other_one():
    points = np.random.default_rng(0).normal(size=(3, 20))
    far = np.linalg.norm(points[:, :, None] - points[:, None], axis=0) + np.diag(np.full(20, np.inf))
    assert np.array_equal(pictures.nearest(points), far.argmin(axis=1))


def test_chance_is_how_often_two_agree():
    assert pictures.chance(np.array([0, 0, 1, 1])) == 0.5 and pictures.chance(np.arange(4)) == 0.25


def test_a_date_means_its_day():
    some = dates.Dates(["1. märz 2024"], ["2024-03-01"], ["de"])
    found = {name: int(values[0]) for name, values in pictures.meaning(some).items()}
    assert found == {"year": 2024, "decade": 202, "month": 3, "day": 1, "language": 1}


def test_every_picture_has_a_title():
    shares, _ = pictures.copies()
    drawn = [
        pictures.learning(np.linspace(2, 1, 60)),
        pictures.orders(pictures.percent("sums", 16, 2, 8), "title"),
        pictures.lengths(shares, "title"),
        pictures.places(pictures.after_one_epoch()),
    ]
    assert all(figure.axes[0].get_title() for figure in drawn)
    plt.close("all")


def test_the_longest_of_each_language_is_shown():
    learnt, _ = dates.split(np.random.default_rng(0), 200, 1)
    rows = pictures.longest(learnt)
    assert [row[0] for row in rows] == list(dates.LOCALES)
    assert characters.vocabulary([row[2] for row in rows])
