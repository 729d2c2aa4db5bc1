"""Values that a learner may choose in lesson 1: training that breaks is said to have broken."""

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pytest
import store

CELLS = ("setup", "right-gradients", "right-train", "right-test")


@pytest.fixture(scope="module")
def lesson():
    """Run the cells that the training panel is made of."""
    cells = {cell.id: cell.source for cell in store.read(store.NOTEBOOKS / "01_rnn.ipynb").cells}
    names = {}
    for name in CELLS:
        exec(cells[name], names)
    names["every_pair"] = names["data"].all_additions(8)
    exec(cells["train-widget"].split("\n\n\nfig, sentence")[0], names)
    yield names
    plt.close("all")


@pytest.mark.parametrize("activation", ["tanh", "relu", "identity"])
def test_a_rate_that_is_far_too_large_is_told(lesson, activation):
    with np.errstate(all="raise", under="ignore"):  # no warning may reach the page
        figure, sentence = lesson["draw_training"](activation, "normal", "SGD", 10.0, 16, 0)
        png = lesson["style"].to_png(figure)
    assert png[:4] == b"\x89PNG"
    assert "It diverged" in sentence or activation != "identity"  # the others saturate or die: finite, and no sum right


def test_what_works_is_told(lesson):
    assert "solved" in lesson["draw_training"]("tanh", "xavier", "Adam", 0.03, 16, 0)[1]
