"""The map of words: no label covers another, and it shows the two directions that differ most."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pytest

from lessons import pictures_08

pytestmark = pytest.mark.filterwarnings("error")


def test_labels_of_the_map_do_not_cover_one_another():
    rng = np.random.default_rng(0)
    places, names = 0.3 * rng.normal(size=(20, 2)), [f"word{i}" for i in range(20)]
    figure = pictures_08.word_map(places, names, np.arange(20) % 4, "a map")
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == 20
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))
    plt.close(figure)


def test_principal_components_keep_what_differs_most():
    rows = np.outer([-2.0, 0, 2], [3.0, 4, 0]) + np.outer([1.0, -2, 1], [0, 0, 0.1])
    places = pictures_08.principal(rows)
    assert np.allclose(places[:, 0], [-10, 0, 10]) and np.allclose(abs(places[:, 1]), [0.1, 0.2, 0.1])
