"""A stack of GRUs, dropout between its layers and on a layer's own path; what lesson 5 reads from its tables."""

import numpy as np
import pytest

from helpers import gradcheck, gru
from helpers.data import tasks
from lessons import cells_05, gates_03, stack_05 as stack

pytestmark = pytest.mark.filterwarnings("error")


def drawn(*shapes, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=shape) for shape in shapes]


def layers_of(*widths):
    layers = stack.init(np.random.default_rng(1), 3, widths)
    for params in layers.values():
        params["b"][:], params["b_in"][:] = drawn(params["b"].shape, params["b_in"].shape)
    return layers


@pytest.mark.parametrize("share", [0.0, 0.5])
@pytest.mark.parametrize("widths", [(4,), (4, 5), (2, 4, 3)])
def test_gradients_of_a_stack(widths, share):
    layers = layers_of(*widths)
    x, weight = drawn((4, 3, 2), (4, widths[-1], 2))
    masks = [stack.mask(np.random.default_rng(k), (4, H, 2), share) for k, H in enumerate(widths[:-1])]
    h, caches = stack.forward(layers, x, masks)
    assert h.shape == weight.shape and len(caches) == len(widths)
    grads, dx = stack.backward(caches, weight, masks)
    gradcheck.check(
        lambda: float(np.sum(weight * stack.forward(layers, x, masks)[0])), layers | {"x": x}, grads | {"x": dx}
    )


@pytest.mark.parametrize("one", [False, True])
def test_gradients_of_dropout_on_the_state(one):
    params = layers_of(4)["layer 1"]
    x, weight = drawn((5, 3, 2), (5, 4, 2))
    masks = np.broadcast_to(stack.mask(np.random.default_rng(3), (1 if one else 5, 4, 2), 0.4), (5, 4, 2))
    grads, dx = stack.backward_state(stack.forward_state(params, x, masks)[1], weight, masks)
    gradcheck.check(
        lambda: float(np.sum(weight * stack.forward_state(params, x, masks)[0])), params | {"x": x}, grads | {"x": dx}
    )


def test_without_masks_a_stack_is_the_kernel_twice():
    layers = layers_of(4, 5)
    (x,) = drawn((6, 3, 2))
    below = gru.forward(layers["layer 1"], x)[0]
    np.testing.assert_array_equal(stack.forward(layers, x)[0], gru.forward(layers["layer 2"], below)[0])
    whole = stack.forward_state(layers["layer 1"], x, np.ones((6, 4, 2)))[0]
    np.testing.assert_allclose(whole, below, rtol=1e-12)


def test_a_mask_keeps_the_mean():
    found = stack.mask(np.random.default_rng(0), (100, 100, 10), 0.2)
    assert set(np.unique(found)) == {0.0, 1.25}
    assert (found == 0).mean() == pytest.approx(0.2, abs=0.01) and found.mean() == pytest.approx(1, abs=0.01)


def test_a_new_mask_at_each_step_wipes_the_state_out():
    """With z = 1 the state is only copied: after k steps 0.8^k of the units are left, one mask leaves 0.8."""
    params = {name: 0 * array for name, array in layers_of(400)["layer 1"].items()}
    gru.blocks(params["b"])[1][:] = 1000
    gru.blocks(params["b"])[2][:], gru.blocks(params["b_in"])[1][:] = 1, 0
    x, rng = np.zeros((9, 3, 5)), np.random.default_rng(0)
    first = np.zeros((1, 400, 5))
    assert not stack.forward_state(params, x, np.ones((9, 400, 5)))[0].any()  # nothing enters either
    gru.blocks(params["W_in"])[1][:] = -2000
    x[0] = 1  # z = 0 at the first step: the candidate enters
    masks = stack.mask(rng, (9, 400, 5), 0.2)
    assert (stack.forward_state(params, x, masks)[0][-1] != 0).mean() == pytest.approx(0.8**8, abs=0.03)
    one = np.broadcast_to(stack.mask(rng, first.shape, 0.2), masks.shape)
    assert (stack.forward_state(params, x, one)[0][-1] != 0).mean() == pytest.approx(0.8, abs=0.03)


def test_the_best_rate_is_chosen_on_validation_examples():
    rows = [{"rate": rate, "valid": valid, "first": first, "test": 0} for rate, valid, first in
            ((0.1, 0.9, 50.0), (0.1, 1.0, 70.0), (0.1, 1.0, 60.0), (0.3, 1.0, 40.0), (0.3, 1.0, 45.0))]  # fmt: skip
    assert [row["rate"] for row in cells_05.at_best_rate(rows, most=True)] == [0.3, 0.3]
    assert [row["first"] for row in cells_05.at_best_rate(rows, most=True)] == [40.0, 45.0]
    assert cells_05.at_best_rate(rows[:4], most=False)[0]["rate"] == 0.3
    assert cells_05.at_best_rate([*rows, {"rate": 1.0, "valid": 0.5, "test": 0}], most=False)[0]["rate"] == 1.0


def test_pairs_are_compared():
    ours, theirs = np.arange(16.0), np.arange(16.0) + 2
    assert cells_05.paired(ours, theirs) == [7.5, 9.5, 16, 0, -2.0, -2.0]
    assert cells_05.paired(theirs, ours)[2:4] == [0, 16]


def test_a_stored_table_is_read_as_numbers():
    rows = cells_05.stored("05_compare")
    assert len(rows) == 1920 and rows[0]["cell"] == "LSTM" and rows[0]["rate"] == 0.003
    assert {row["first"] for row in rows if row["task"] == "1 month"} == {np.inf}


def test_units_are_cut_out_of_a_network():
    net = gates_03.init(np.random.default_rng(0), (8, 6, 4), gru)
    x, labels = tasks.recall(np.random.default_rng(1), 10, 50)
    whole = gates_03.answer(net, x, gru)[-1].argmax(axis=0) == labels[0]
    assert cells_05.without(net, x, labels, []) == whole.mean()
    later = gates_03.answer(net, x[5:], gru)[-1].argmax(axis=0) == labels[0]
    assert cells_05.without(net, x, labels, np.arange(6)) == later.mean()


@pytest.mark.parametrize(
    ("place", "shapes"),
    [("", []), ("between", [(5, 3, 2)]), ("state", [(5, 3, 2)] * 2), ("state, one mask", [(1, 3, 2)] * 2)],
)
def test_dropout_acts_at_its_place(monkeypatch, place, shapes):
    """Its masks are drawn once or at each step, and the way back is that of the way there."""
    drew, mask = [], stack.mask
    monkeypatch.setattr(stack, "_WIDTH", 3)
    monkeypatch.setattr(stack, "mask", lambda rng, shape, share: drew.append(shape) or mask(rng, shape, share))
    layers, (x, weight) = layers_of(3, 3), drawn((5, 3, 2), (5, 3, 2))

    def run():
        return stack._pass(layers, x, place, 0.4, np.random.default_rng(5))

    _, back = run()
    assert drew == shapes
    grads = back(weight)
    gradcheck.check(lambda: float(np.sum(weight * run()[0])), layers, {name: grads[name] for name in layers})


def test_what_is_reached_is_measured_on_the_test_examples(monkeypatch):
    rows = [{"rate": rate, "valid": valid, "test": test} for rate, valid, test in
            ((0.1, 0.9, 0.8), (0.1, 0.7, 0.9), (0.3, 1.0, 0.5), (0.3, 0.9, 0.6))]  # fmt: skip
    monkeypatch.setattr(stack, "networks", lambda: {"recall": {"one layer": rows}})
    assert stack.reached("recall")["one layer"].tolist() == [0.5, 0.6]
