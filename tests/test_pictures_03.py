"""The pictures of lesson 3 say what the tables and the networks have."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from helpers import lstm
from helpers.data import tasks
from lessons import gates_03, pictures_03

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def words(fig):
    return {text.get_text() for ax in fig.axes for text in ax.texts}


def test_the_tables_show_the_stored_counts():
    assert len(gates_03.errors("ignore", "i")) == len(gates_03.recalled("RNN", "20", "0.01", "150")) == 16
    good = np.sum(gates_03.errors("start over", "io") < 0.2)
    assert {f"{good} of 16", f"error {np.median(gates_03.errors('ignore', 'of')):.2f}"} <= words(
        pictures_03.gates_table()
    )
    assert f"{np.median(gates_03.recalled('chrono', '200', '0.03', '150')):.2f}" in words(pictures_03.recall_table())


def test_a_network_and_its_step_are_drawn_with_their_numbers():
    net = gates_03.init(np.random.default_rng(0), (2, 8, 1))
    x = tasks.marked_values(np.random.default_rng(1), 30, 1, "start over")[0]
    cache = lstm.forward(net["cell"], x)[2]
    assert pictures_03.answers(net, "ignore", "iof", 30, 0)[1].startswith("Error of this network on 100 new sequences")
    assert len(pictures_03.watched(cache, x).axes) == 8
    keeps = f"It keeps {100 * cache.f[3, 1, 0]:.0f} % of {cache.c[2, 1, 0]:.2f}".replace("-", "−")
    assert pictures_03.one_step(cache, x, step=3, unit=2)[1].startswith(keeps)
    assert pictures_03.one_step(cache, x, step=0, unit=2)[1].startswith(
        f"It keeps {100 * cache.f[0, 1, 0]:.0f} % of 0.00"
    )


def test_how_far_back():
    runs = np.tile(np.logspace(0, -20, 21), (4, 1))
    assert pictures_03.reach({"RNN": runs, "LSTM": runs**0})[1] == {"RNN": -10, "LSTM": 0}
    assert "leaves 25 % after 2 steps" in pictures_03.memory(0.0, 3, {"chance": np.ones(100)})[1]
    assert len(pictures_03.shown_tasks().axes) == 3
