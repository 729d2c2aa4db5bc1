"""What is computed beside the figures of lesson 2: the rows of where a factor crosses 1."""

import numpy as np

from lessons import pictures_02


def test_crossings():
    radii = np.geomspace(0.5, 8, 9)
    runs = {"relu": np.outer([0.9, 1.0, 1.1], radii / 2), "sigmoid": np.outer([0.9, 1.0, 1.1], radii / 20)}
    rows = pictures_02.crossings(radii, runs)
    assert rows[0] == ["relu", "0.45", "0.55", "4.00", "2.0"]
    assert [row[0] for row in rows] == ["relu", "sigmoid"] and rows[1][-1] == "none"


def test_stored_tables():
    assert pictures_02.stored("02_activations")["learned"].shape == (36,)
    assert pictures_02.stored("02_truncation")["accuracy"].shape == (320,)
