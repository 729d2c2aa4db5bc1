"""Clipping under three optimizers: networks side by side are each network alone; what is said of chance is right."""

import numpy as np
import pytest

from helpers import clipping, optimizers
from helpers.data import binary_addition
from lessons import clipping_04, notes_01

pytestmark = pytest.mark.filterwarnings("error")


def rng(seed=0):
    return np.random.default_rng(seed)


def test_descent_is_that_of_notes_01():
    starts = notes_01.init(rng(), 3, scheme="he")
    for threshold in (np.inf, 1.0):
        ours, _ = clipping_04.train(starts, rng(1), "descent", [(0.1, threshold)], updates=120)
        options = {"activation": "relu", "slope": "corrected", "updates": 120}
        theirs, _ = notes_01.train(starts, rng(1), threshold=None if np.isinf(threshold) else threshold, **options)
        for name in ours:
            np.testing.assert_array_equal(ours[name], theirs[name])


@pytest.mark.parametrize(
    ("optimizer", "kernel"), [("momentum", lambda rate: optimizers.Momentum(rate)), ("Adam", optimizers.Adam)]
)
def test_each_setting_is_the_kernel_of_helpers_alone(optimizer, kernel):
    starts, settings = notes_01.init(rng(), 2, scheme="he"), [(0.01, np.inf), (0.02, 0.5)]
    ours, longest = clipping_04.train(starts, rng(1), optimizer, settings, updates=30)
    xs, targets = (p.reshape(8, -1, 100, 2).transpose(2, 0, 3, 1)[..., None] for p in binary_addition(rng(1), 8, 200))
    for k, (rate, threshold) in enumerate(settings):
        for e in range(2):
            params, step = {name: array[[e]].copy() for name, array in starts.items()}, kernel(rate)
            moved = []
            for x, target in zip(xs[:30, :, [e]], targets[:30, :, [e]], strict=True):
                h, y = notes_01.forward(params, x, "relu")
                grads = notes_01.backward(params, x, h, y, target, "relu", "corrected")
                before = {name: array.copy() for name, array in params.items()}
                step.step(params, clipping.clip_by_global_norm(grads, min(threshold, 1e9))[0])
                moved.append(notes_01.norms({name: params[name] - before[name] for name in params})[0])
            for name in params:
                np.testing.assert_allclose(ours[name][[2 * k + e]], params[name], rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(longest[2 * k + e], max(moved), rtol=1e-6)


def test_a_group_has_the_pairs_that_it_had_among_the_others():
    many = notes_01.init(rng(), 6, scheme="he")
    alone, _ = clipping_04.train(
        {n: a[4:] for n, a in many.items()}, rng(1), "descent", [(0.1, 2.0)], updates=5, group=(3, 2)
    )
    whole, _ = clipping_04.train(many, rng(1), "descent", [(0.1, 2.0)], updates=5)
    np.testing.assert_array_equal(alone["W"], whole["W"][4:])


def test_chance():
    assert clipping_04.paired([True, True, False], [True, False, False]) == 1
    assert clipping_04.paired([True] * 6, [False] * 6) == 2 / 64
    assert clipping_04.paired([True] * 6 + [False], [False] * 6 + [True]) == 2 * 8 / 128
    assert clipping_04.unpaired(5, 5, 10) == pytest.approx(1)
    assert clipping_04.unpaired(4, 0, 4) == pytest.approx(2 / 70)


def test_the_stored_runs_of_descent_are_those_of_the_rescue():
    rescue = {(r["learning_rate"], r["threshold"]): r["solved"] for r in clipping_04.read("04_rescue.csv")
              if r["slope"] + r["scheme"] == "correctedhe" and r["kind"] in ("none", "global")}  # fmt: skip
    runs = [r for r in clipping_04.read("04_optimizers.csv") if r["optimizer"] == "descent"]
    shared = [r for r in runs if (r["learning_rate"], r["threshold"].removesuffix(".0")) in rescue]
    assert len(shared) == 5
    for r in shared:
        assert r["solved"] == rescue[r["learning_rate"], r["threshold"].removesuffix(".0")]


def test_two_networks_come_apart_by_what_was_given_to_one():
    assert 1e-10 < clipping_04.apart(updates=100, learning_rate=1e-9)[0] < 1e-8


def test_what_diverged_is_counted_apart(monkeypatch):
    monkeypatch.setattr(notes_01, "solved", lambda trained, activation: np.array([True, False, True, True]))
    trained = notes_01.init(rng(), 4)
    trained["W"][3, 0, 0] = np.nan
    first, second = clipping_04._rows("descent", [(0.1, np.inf), (0.2, 5.0)], trained, np.array([1.0, 3.0, 2.0, 2.5]))
    assert first["which"] == "10" and (first["solved"], first["nan"], first["longest"]) == (1, 0, "2")
    assert second["which"] == "1x" and (second["solved"], second["nan"], second["longest"]) == (1, 1, "inf")
    assert (first["threshold"], second["threshold"]) == ("", 5.0)


def test_two_settings_are_held_against_each_other(monkeypatch):
    rows = [("descent", "0.1", "5.0", "1101x"), ("descent", "0.05", "", "00011"), ("Adam", "0.1", "5.0", "00000")]
    names = ("optimizer", "learning_rate", "threshold", "which")
    monkeypatch.setattr(clipping_04, "read", lambda name: [dict(zip(names, row, strict=True)) for row in rows])
    assert clipping_04.compare("any", ("0.1", "5.0"), ("0.05", "")) == [5, 3, 2, 2, 1, 1.0]
