"""Gates that stay open, answers where they are asked, and a training that every cell can take."""

import numpy as np
import pytest

from helpers import gru, lstm, rnn
from helpers.data import tasks
from lessons import gates_03

pytestmark = pytest.mark.filterwarnings("error")


def rng(seed=0):
    return np.random.default_rng(seed)


@pytest.mark.parametrize("gates", ["i", "f", "o", "io", "ifo"])
def test_a_gate_held_open_is_one_and_training_leaves_it_there(gates):
    net = gates_03.init(rng(), (2, 3, 1))
    before = net["cell"]
    net["cell"] = gates_03.hold_open(before, gates)
    start = {name: array.copy() for name, array in net["cell"].items()}
    draw = rng(1)
    gates_03.train(net, lambda: tasks.marked_values(draw, 6, 4, "start over"), updates=20)
    _, _, cache = lstm.forward(net["cell"], draw.normal(size=(5, 2, 7)))
    for gate in "ifo":
        block = lstm.GATES.index(gate)
        same = all(np.array_equal(lstm.blocks(net["cell"][n])[block], lstm.blocks(start[n])[block]) for n in start)
        assert same == (gate in gates) == bool((getattr(cache, gate) == 1).all())
    assert before["b"].max() == 1  # the caller's parameters are as they were


def test_only_gates_can_be_held_open():
    with pytest.raises(ValueError, match="gates: expected one of"):
        gates_03.hold_open(lstm.init(rng(), 2, 3), "g")


@pytest.mark.parametrize("cell", [rnn, lstm, gru])
def test_a_short_recall_is_learnt_by_every_cell(cell):
    draw = rng(2)
    net = gates_03.init(draw, (8, 8, 4), cell)
    seen = []
    loss = gates_03.train(
        net, lambda: tasks.recall(draw, 3, 32), cell=cell, updates=200, learning_rate=0.03, progress=seen.append
    )
    x, labels = tasks.recall(draw, 3, 500)
    assert loss.shape == (200,) and loss[-1] < 0.1 < loss[0]
    assert (gates_03.answer(net, x, cell)[-1].argmax(axis=0) == labels[0]).mean() > 0.99
    assert seen == sorted(seen) and 0 <= seen[0] and seen[-1] < 1


def test_steps_that_are_not_asked_do_not_count():
    x, target, asked = tasks.marked_values(rng(3), 5, 4, "ignore")
    nets = [gates_03.init(rng(4), (2, 3, 1)) for _ in range(2)]
    other = np.where(asked[:, None], target, 99.0)
    for net, wanted in zip(nets, (target, other), strict=True):
        gates_03.train(net, lambda wanted=wanted: (x, wanted, asked), updates=3)
    for part in ("cell", "out"):
        for name, array in nets[0][part].items():
            np.testing.assert_array_equal(array, nets[1][part][name])


def test_half_life():
    assert gates_03.half_life(0.5) == 1
    np.testing.assert_allclose(0.9 ** gates_03.half_life(0.9), 0.5)
    np.testing.assert_allclose(gates_03.half_life(np.array([0.5, 0.25])), [1, 0.5])
